export { type PublishOptions, type PublishReport, publishModel } from './publish-model.ts';
