export { downloadFolder } from './cache-folder.ts';
export { verifyFile } from './digest-file.ts';
export { fetchFile, type Patience, withoutSecrets } from './fetch-file.ts';
export { fetchKaggle, KAGGLE_API } from './kaggle.ts';
