/** The one function that is used of jstat, which has no types of its own. */
declare const jstat: {
  readonly studentt: {
    /** Quantile of Student's t with that many degrees of freedom. */
    inv(probability: number, degreesOfFreedom: number): number;
  };
};
export default jstat;
