/** Small symmetric matrices in float64, by ml-matrix: what proxies do on the host with a few numbers from the device. */
import { EigenvalueDecomposition, LuDecomposition, Matrix } from "npm:ml-matrix@6.15.1";

/** A square matrix, row-major. */
export interface SquareMatrix {
  /** Rows and columns. */
  readonly size: number;
  /** size × size elements. */
  readonly values: Float64Array;
}

function asMatrix({ size, values }: SquareMatrix): Matrix {
  return Matrix.from1DArray(size, size, values);
}

/**
 * ln|det|, which overflows only where a logarithm does; −Infinity for a singular matrix.
 *
 * @example
 * ```ts
 * import { logDeterminant } from "@zennas/zennas";
 * const value = logDeterminant({ size: 2, values: Float64Array.of(2, 1, 1, 3) });
 * if (Math.abs(value - Math.log(5)) > 1e-12) throw new Error(`${value}`);
 * ```
 */
export function logDeterminant(matrix: SquareMatrix): number {
  const pivots = new LuDecomposition(asMatrix(matrix)).upperTriangularMatrix.diagonal();
  return pivots.reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0);
}

/**
 * Eigenvalues of a symmetric matrix, ascending.
 *
 * @example
 * ```ts
 * import { symmetricEigenvalues } from "@zennas/zennas";
 * const [low, high] = symmetricEigenvalues({ size: 2, values: Float64Array.of(2, 1, 1, 2) });
 * if (Math.abs(low! - 1) > 1e-12 || Math.abs(high! - 3) > 1e-12) throw new Error();
 * ```
 */
export function symmetricEigenvalues(matrix: SquareMatrix): number[] {
  const { realEigenvalues } = new EigenvalueDecomposition(asMatrix(matrix), { assumeSymmetric: true });
  return [...realEigenvalues].sort((a, b) => a - b);
}

/**
 * Eigenvalues of the covariance of the columns over the rows, ascending; those that are 0 because there are fewer rows than
 * columns are left out.
 */
export function covarianceEigenvalues(samples: Samples): number[] {
  const { columns, values } = samples, rows = values.length / columns;
  if (rows >= columns) return symmetricEigenvalues(covariance(samples));
  // X·Xᵀ has the eigenvalues of Xᵀ·X, and is smaller.
  const centred = centredRows(samples), products = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        sum += centred[a * columns + column]! * centred[b * columns + column]!;
      }
      products[a * rows + b] = products[b * rows + a] = sum / rows;
    }
  }
  return symmetricEigenvalues({ size: rows, values: products });
}

/** Samples of several variables: row after row, one column a variable. */
export interface Samples {
  /** How many variables. */
  readonly columns: number;
  /** rows × columns numbers. */
  readonly values: ArrayLike<number>;
}

function columnMeans({ columns, values }: Samples): Float64Array {
  const rows = values.length / columns, means = new Float64Array(columns);
  for (let index = 0; index < values.length; index++) means[index % columns]! += values[index]! / rows;
  return means;
}

function centredRows(samples: Samples): Float64Array {
  const { columns, values } = samples, means = columnMeans(samples);
  return Float64Array.from(values, (value, index) => value - means[index % columns]!);
}

/** Σ over the rows of (x − shift)(x − shift)ᵀ. */
function outerProducts({ columns, values }: Samples, shift: Float64Array): Float64Array {
  const sums = new Float64Array(columns * columns), row = new Float64Array(columns);
  for (let start = 0; start < values.length; start += columns) {
    for (let column = 0; column < columns; column++) row[column] = values[start + column]! - shift[column]!;
    addOuterProduct(sums, row);
  }
  for (let row = 0; row < columns; row++) {
    for (let column = 0; column < row; column++) sums[column * columns + row] = sums[row * columns + column]!;
  }
  return sums;
}

/** The products of the columns, XᵀX. */
export function columnProducts(samples: Samples): SquareMatrix {
  const { columns } = samples;
  return { size: columns, values: outerProducts(samples, new Float64Array(columns)) };
}

/** The covariance of the columns over the rows, divided by the number of rows. */
export function covariance(samples: Samples): SquareMatrix {
  const { columns, values } = samples, rows = values.length / columns;
  return { size: columns, values: outerProducts(samples, columnMeans(samples)).map((value) => value / rows) };
}

/** Adds v·vᵀ to the lower triangle. */
function addOuterProduct(sums: Float64Array, v: Float64Array): void {
  const size = v.length;
  for (let row = 0; row < size; row++) {
    const factor = v[row]!, at = row * size;
    if (factor === 0) continue;
    for (let column = 0; column <= row; column++) sums[at + column]! += factor * v[column]!;
  }
}

/** The correlation matrix of a covariance; where a variable is constant, its row and column are 0. */
export function correlationOf({ size, values }: SquareMatrix): SquareMatrix {
  const scale = Float64Array.from({ length: size }, (_, index) => {
    const variance = values[index * size + index]!;
    return variance > 0 ? 1 / Math.sqrt(variance) : 0;
  });
  const scaled = values.map((value, index) => value * scale[Math.floor(index / size)]! * scale[index % size]!);
  return { size, values: scaled };
}
