/** The device limits that plans depend on. */

/** Limits of a device, as far as plans depend on them. */
export interface PlanLimits {
  /** The most bytes of one buffer. */
  readonly bufferBytes: number;
  /** The most workgroups along one dimension of a dispatch. */
  readonly workgroups: number;
  /** Alignment of a dispatch's parameters, bytes. */
  readonly parameterAlignment: number;
}
