package dev.rankine.tensor.linalg;

import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.Shape;
import dev.rankine.tensor.ShapeMismatch;
import dev.rankine.tensor.Tensor;
import java.util.Arrays;

/** Doubles in rows and columns on the host; either count may be 0. Immutable. */
public final class Matrix {
    private final int rows;
    private final int columns;
    private final double[] cells;

    private Matrix(int rows, int columns, double[] cells) {
        this.rows = rows;
        this.columns = columns;
        this.cells = cells;
    }

    /** A matrix with these values in row-major order. */
    public static Matrix of(int rows, int columns, double... values) {
        if (rows < 0 || columns < 0 || (long) rows * columns != values.length) {
            throw new IllegalArgumentException(
                    "a matrix of " + rows + " x " + columns + " cannot hold " + values.length + " values");
        }
        return new Matrix(rows, columns, values.clone());
    }

    /** The content of a tensor with two axes. */
    public static Matrix of(Tensor x) {
        if (x.shape().rank() != 2 || x.dtype() == DType.I64) {
            throw new IllegalArgumentException("a matrix needs two axes of floating-point numbers, got " + x);
        }
        return new Matrix(x.shape().dim(0), x.shape().dim(1), x.toDoubles());
    }

    /** The matrix with these columns, each of length {@code rows}. */
    static Matrix ofColumns(int rows, double[]... columns) {
        double[] cells = new double[rows * columns.length];
        for (int j = 0; j < columns.length; j++) {
            for (int i = 0; i < rows; i++) {
                cells[i * columns.length + j] = columns[j][i];
            }
        }
        return new Matrix(rows, columns.length, cells);
    }

    /** Copies of the columns. */
    double[][] toColumns() {
        double[][] copies = new double[columns][rows];
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < rows; i++) {
                copies[j][i] = cells[i * columns + j];
            }
        }
        return copies;
    }

    /** A persistent tensor [rows, columns] with these values. */
    public Tensor toTensor(Backend backend, DType dtype) {
        return Tensor.of(backend, dtype, Shape.of(rows, columns), cells);
    }

    /** The values in row-major order. */
    public double[] toArray() {
        return cells.clone();
    }

    public int rows() {
        return rows;
    }

    public int columns() {
        return columns;
    }

    public double get(int row, int column) {
        if (row < 0 || row >= rows || column < 0 || column >= columns) {
            throw new IndexOutOfBoundsException("[" + row + ", " + column + "] of a matrix of " + this);
        }
        return cells[row * columns + column];
    }

    public Matrix transpose() {
        return ofColumns(columns, toRows());
    }

    private double[][] toRows() {
        double[][] copies = new double[rows][];
        Arrays.setAll(copies, i -> Arrays.copyOfRange(cells, i * columns, (i + 1) * columns));
        return copies;
    }

    /** The first {@code count} columns. */
    public Matrix columns(int count) {
        return ofColumns(rows, Arrays.copyOf(toColumns(), count));
    }

    /** This matrix with column j multiplied by {@code factors[j]}. */
    public Matrix scaledColumns(double... factors) {
        if (factors.length != columns) {
            throw new IllegalArgumentException(factors.length + " factors for the columns of a matrix of " + this);
        }
        double[] scaled = new double[cells.length];
        Arrays.setAll(scaled, place -> cells[place] * factors[place % columns]);
        return new Matrix(rows, columns, scaled);
    }

    /** The product, [M, K] x [K, N] = [M, N]. */
    public Matrix times(Matrix other) {
        if (columns != other.rows) {
            throw ShapeMismatch.in(
                    "product of matrices",
                    "inner dimensions " + columns + " and " + other.rows + " differ",
                    Shape.of(rows, columns),
                    Shape.of(other.rows, other.columns));
        }
        double[] product = new double[rows * other.columns];
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < columns; k++) {
                double factor = cells[i * columns + k];
                for (int j = 0; j < other.columns; j++) {
                    product[i * other.columns + j] += factor * other.cells[k * other.columns + j];
                }
            }
        }
        return new Matrix(rows, other.columns, product);
    }

    /** The largest absolute value, 0 for an empty matrix. */
    public double largest() {
        double largest = 0;
        for (double cell : cells) {
            largest = Math.max(largest, Math.abs(cell));
        }
        return largest;
    }

    /**
     * @throws IllegalArgumentException if a value is infinite or no number, naming {@code operation} and the place
     */
    Matrix requireFinite(String operation) {
        for (int place = 0; place < cells.length; place++) {
            if (!Double.isFinite(cells[place])) {
                throw new IllegalArgumentException(operation + " of a matrix of " + this + ": the value at ["
                        + place / columns + ", " + place % columns + "] is " + cells[place]);
            }
        }
        return this;
    }

    /** This matrix times 2^exponent. */
    Matrix timesPowerOfTwo(int exponent) {
        double[] scaled = new double[cells.length];
        Arrays.setAll(scaled, place -> Math.scalb(cells[place], exponent));
        return new Matrix(rows, columns, scaled);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Matrix matrix
                && rows == matrix.rows
                && columns == matrix.columns
                && Arrays.equals(cells, matrix.cells);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * rows + columns) + Arrays.hashCode(cells);
    }

    @Override
    public String toString() {
        return rows + " x " + columns;
    }
}
