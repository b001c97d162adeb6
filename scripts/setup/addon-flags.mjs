/*
 * The compiler is called directly, with the settings of the package's binding.gyp. node-gyp would download the headers of the running
 * Node for the same result; the Node-API headers come as an npm package instead, and Node-API makes one binary serve every Node.
 */

/**
 * The settings that decide what comes out, and so belong to the addon's cache key; paths do not.
 * @param {string} platform
 * @returns {readonly string[]}
 */
export function addonFlags(platform) {
  const common = ['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8', '-fvisibility=default'];
  return [...common, ...linkFlags(platform)];
}

/**
 * What makes a binary that Node loads and that finds TensorFlow's libraries from where it lies.
 * @param {string} platform
 * @returns {readonly string[]}
 */
export function linkFlags(platform) {
  return platform === 'darwin'
    ? ['-bundle', '-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../../deps/lib']
    : ['-shared', '-Wl,-rpath,$ORIGIN/../../deps/lib'];
}
