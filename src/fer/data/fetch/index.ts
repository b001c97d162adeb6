export { withoutSecrets } from './address.ts';
export { downloadFolder } from './cache-folder.ts';
export { verifyFile } from './digest-file.ts';
export type { Patience } from './download-part.ts';
export { fetchFile } from './fetch-file.ts';
export { fetchKaggle, KAGGLE_API } from './kaggle.ts';
export { requireAddress } from './require-address.ts';
