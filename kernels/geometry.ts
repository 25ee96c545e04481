/** Extents of a convolution, as kernels see them. */
export interface Geometry {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly oh: number;
  readonly ow: number;
  readonly o: number;
  readonly kh: number;
  readonly kw: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

/** Whether every channel is convolved by itself. */
export const isDepthwise = ({ groups, c, o }: Pick<Geometry, "groups" | "c" | "o">): boolean =>
  groups > 1 && groups === c && groups === o;
