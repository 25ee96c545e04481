/** What the main thread and the thread that watches it tell each other. */

/** Work in which foreign code may block the main thread. */
export interface WatchedWork {
  /** What it is, as in "Cannot …", such as `score by ./my_proxy.ts`. */
  readonly what: string;
  /** The canonical string of the structure that is scored. */
  readonly structure?: string;
  /** Its proposal in a search. */
  readonly index?: number;
}

/** What the main thread says. Any message is a sign of life. */
export type Sign =
  | { readonly type: "start"; readonly timeout: number; readonly finishing: string | undefined }
  /** The run that is written from now on. */
  | { readonly type: "run"; readonly directory: string }
  | { readonly type: "alive" }
  /** Foreign code is entered; it may block the thread until `left`. */
  | { readonly type: "begin"; readonly id: number; readonly work: WatchedWork }
  /** It has returned. */
  | { readonly type: "left" }
  /** What it returned is settled. */
  | { readonly type: "end"; readonly id: number }
  | { readonly type: "stop" };

/** What the watching thread says: it watches from now on, or Ctrl-C came. */
export type Report = { readonly type: "ready" } | { readonly type: "interrupt" };
