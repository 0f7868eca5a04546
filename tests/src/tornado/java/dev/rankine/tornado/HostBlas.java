package dev.rankine.tornado;

/** What BLAS' manual says that a product is: column-major matrices, in plain loops. It stands where there is no GPU. */
final class HostBlas {
    private HostBlas() {}

    /** An array of floats by the number of the element. */
    interface Array {
        float get(long element);

        void set(long element, float value);
    }

    /** C = op(A) op(B), or added to C, for every matrix of every call; our b is its A, as {@link Gemm} explains. */
    static void multiply(Gemm product, Array array) {
        for (int call = 0; call < product.calls(); call++) {
            for (int matrix = 0; matrix < product.matrices(); matrix++) {
                for (int column = 0; column < product.rows(); column++) {
                    for (int row = 0; row < product.columns(); row++) {
                        double sum = 0;
                        for (int i = 0; i < product.inner(); i++) {
                            sum += (double) array.get(at(product.b(), call, matrix, row, i))
                                    * array.get(at(product.a(), call, matrix, i, column));
                        }
                        long place = at(product.out(), call, matrix, row, column);
                        array.set(place, (float) (product.accumulates() ? sum + array.get(place) : sum));
                    }
                }
            }
        }
    }

    private static long at(Gemm.Operand x, int call, int matrix, int row, int column) {
        long stored = x.transposed() ? column + (long) row * x.leading() : row + (long) column * x.leading();
        return x.place() + call * x.perCall() + matrix * x.perMatrix() + stored;
    }
}
