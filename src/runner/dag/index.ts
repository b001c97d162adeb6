export { renderBoxes } from './boxes.ts';
export { collapseGroups, type Drawing, drawingOf, withoutImpliedLinks } from './collapse.ts';
export { renderDot, renderMermaid } from './text-forms.ts';
