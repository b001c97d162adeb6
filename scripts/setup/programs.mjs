/** The names under which a Python may be found, and how to get one. */
export const PYTHON = {
  names: ['python3', 'python'],
  install:
    'install it with apt-get install python3 python3-pip (Debian, Ubuntu), dnf install python3-pip (Fedora) or brew install python (macOS)',
};

/** The same for a C++ compiler. */
export const COMPILER = {
  names: ['c++', 'g++', 'clang++'],
  install:
    'install one with apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora) or xcode-select --install (macOS)',
};
