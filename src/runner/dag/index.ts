export { renderBoxes } from './boxes.ts';
export { collapseGroups, type Drawing, drawingOf, withoutImpliedEdges } from './collapse.ts';
export { renderDot, renderMermaid } from './text-forms.ts';
