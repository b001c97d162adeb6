// The nouns of set-up. Types only: the scripts are plain JavaScript, because they run before there is anything to compile TypeScript.

/** One file of the Python package index, pinned to the bit. */
export interface Wheel {
  readonly name: string;
  readonly version: string;
  /** pip's platform tag. */
  readonly platform: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** One TensorFlow for one platform. */
export interface Build {
  /** Free disk needed while it is being installed. */
  readonly diskBytes: number;
  /** The first holds TensorFlow itself. */
  readonly wheels: readonly [Wheel, ...Wheel[]];
}

/** What `wheels.json` holds; builds are named `linux-x64-cpu`. */
export interface Pins {
  readonly version: string;
  readonly builds: Readonly<Record<string, Build>>;
}

/** Where progress goes. */
export interface Reporter {
  /** Prints one line that stays. */
  readonly line: (text: string) => void;
  /** Replaces the line at the bottom of a terminal; on a pipe it is printed every ten seconds at most. */
  readonly live: (text: string) => void;
}

/** Everything that a step may depend on, so that a test can hand in its own. */
export interface Context {
  /** The checkout, or where Ferment lies as a package. */
  readonly root: string;
  /** The per-user folder that all checkouts share. */
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly platform: string;
  readonly arch: string;
  readonly pins: Pins;
  readonly report: Reporter;
}

/** Which TensorFlow this machine gets, and where it is kept. */
export interface Library {
  readonly variant: 'cpu' | 'cuda';
  readonly version: string;
  readonly build: Build;
  /** Names the library by everything that makes it what it is. */
  readonly key: string;
  /** Holds `tensorflow/` and, with CUDA, `nvidia/` beside it. */
  readonly folder: string;
}

/** One thing that a checkout needs. */
export interface Step {
  readonly name: string;
  /** Looks at a few files only: it is asked at every start. */
  readonly isReady: (context: Context) => boolean;
  /** False where several processes may run it at once; else the checkout's lock is taken for it. */
  readonly alone?: boolean;
  /** Does the work and says what it did, or '' for nothing worth a line; safe to repeat, and to kill at any instant. */
  readonly run: (context: Context) => Promise<string>;
}

/** A shared object that lies beside the native package's addon. */
export interface Binary {
  /** That of its step, and of its folder in the cache. */
  readonly name: string;
  /** Its file's name without ending. */
  readonly file: string;
  /** Names it by everything that it is made from. */
  readonly key: (context: Context) => string;
  /** Compiles it into the file `output`; what else it writes goes into the same folder. */
  readonly compile: (context: Context, output: string) => Promise<void>;
}
