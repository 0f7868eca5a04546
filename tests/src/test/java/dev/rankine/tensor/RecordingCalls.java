package dev.rankine.tensor;

import dev.rankine.tensor.RecordedCall.Operand;
import dev.rankine.tensor.RecordedCall.Use;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns every method of a back-end, the fused ones included, into one {@link RecordedCall}. */
abstract class RecordingCalls implements Backend {
    private final Backend delegate;

    RecordingCalls(Backend delegate) {
        this.delegate = delegate;
    }

    abstract void call(String method, List<Object> settings, List<Operand> operands, RecordedCall.Action action);

    private static List<Object> settings(Object... values) {
        return List.of(values);
    }

    /** The tensors of a call: those that are read, then those that are written. */
    private static List<Operand> operands(int written, @Nullable Tensor... tensors) {
        List<Operand> operands = new ArrayList<>();
        for (int i = 0; i < tensors.length; i++) {
            operands.add(Operand.of(tensors[i], i < tensors.length - written ? Use.READ : Use.WRITTEN));
        }
        return operands;
    }

    private static List<Operand> changing(List<Operand> read, Tensor... changed) {
        List<Operand> operands = new ArrayList<>(read);
        Arrays.stream(changed).forEach(tensor -> operands.add(Operand.of(tensor, Use.CHANGED)));
        return operands;
    }

    private static @Nullable Tensor clock(@Nullable Dropout dropout) {
        return dropout == null ? null : dropout.draw().clock();
    }

    private static @Nullable Tensor examples(@Nullable Dropout dropout) {
        return dropout == null ? null : dropout.draw().examples();
    }

    private static List<Object> numbers(@Nullable Dropout dropout) {
        return dropout == null ? List.of() : List.of(dropout.p(), dropout.draw().stream());
    }

    private static @Nullable Dropout on(@Nullable Dropout dropout, @Nullable Tensor clock, @Nullable Tensor examples) {
        return dropout == null ? null : new Dropout(dropout.p(), new Draw(clock, dropout.draw().stream(), examples));
    }

    @Override
    public String name() {
        return "recorded " + delegate.name();
    }

    @Override
    public String description() {
        return delegate.description();
    }

    @Override
    public void close() {
        delegate.close();
    }

    @Override
    public void map(Unary function, Tensor x, Tensor out) {
        call("map", settings(function), operands(1, x, out), t -> delegate.map(function, t[0], t[1]));
    }

    @Override
    public void affine(Tensor x, double scale, double shift, Tensor out) {
        call("affine", settings(scale, shift), operands(1, x, out), t -> delegate.affine(t[0], scale, shift, t[1]));
    }

    @Override
    public void zip(Binary function, Tensor a, Tensor b, Tensor out) {
        call("zip", settings(function), operands(1, a, b, out), t -> delegate.zip(function, t[0], t[1], t[2]));
    }

    @Override
    public void reduce(Reduction reduction, Tensor x, Tensor out) {
        call("reduce", settings(reduction), operands(1, x, out), t -> delegate.reduce(reduction, t[0], t[1]));
    }

    @Override
    public void matmul(Tensor a, Tensor b, Tensor out, boolean accumulate) {
        List<Operand> operands = accumulate ? changing(operands(0, a, b), out) : operands(1, a, b, out);
        call("matmul", settings(accumulate), operands, t -> delegate.matmul(t[0], t[1], t[2], accumulate));
    }

    @Override
    public void gather(Tensor table, Tensor ids, Tensor out) {
        call("gather", settings(), operands(1, table, ids, out), t -> delegate.gather(t[0], t[1], t[2]));
    }

    @Override
    public void scatterAdd(Tensor rows, Tensor ids, Tensor table) {
        List<Operand> operands = changing(operands(0, rows, ids), table);
        call("scatterAdd", settings(), operands, t -> delegate.scatterAdd(t[0], t[1], t[2]));
    }

    @Override
    public void oneHot(Tensor ids, Tensor out) {
        call("oneHot", settings(), operands(1, ids, out), t -> delegate.oneHot(t[0], t[1]));
    }

    @Override
    public void copy(Tensor x, Tensor out) {
        call("copy", settings(), operands(1, x, out), t -> delegate.copy(t[0], t[1]));
    }

    @Override
    public void fill(Tensor out, double value) {
        call("fill", settings(value), operands(1, out), t -> delegate.fill(t[0], value));
    }

    @Override
    public void uniform(Draw draw, Tensor out) {
        long stream = draw.stream();
        call(
                "uniform",
                settings(stream),
                operands(1, draw.clock(), draw.examples(), out),
                t -> delegate.uniform(new Draw(t[0], stream, t[1]), t[2]));
    }

    @Override
    public void softmax(Tensor x, @Nullable Tensor mask, Tensor y) {
        call("softmax", settings(), operands(1, x, mask, y), t -> delegate.softmax(t[0], t[1], t[2]));
    }

    @Override
    public void softmaxBackward(Tensor y, Tensor dY, Tensor dX) {
        call("softmaxBackward", settings(), operands(1, y, dY, dX), t -> delegate.softmaxBackward(t[0], t[1], t[2]));
    }

    @Override
    public void layerNorm(Tensor x, Tensor gamma, Tensor beta, double epsilon, Tensor y, Tensor mean, Tensor rstd) {
        call(
                "layerNorm",
                settings(epsilon),
                operands(3, x, gamma, beta, y, mean, rstd),
                t -> delegate.layerNorm(t[0], t[1], t[2], epsilon, t[3], t[4], t[5]));
    }

    @Override
    public void layerNormBackward(Tensor x, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX) {
        call(
                "layerNormBackward",
                settings(),
                operands(1, x, gamma, mean, rstd, dY, dX),
                t -> delegate.layerNormBackward(t[0], t[1], t[2], t[3], t[4], t[5]));
    }

    @Override
    public void layerNormParameters(Tensor x, Tensor mean, Tensor rstd, Tensor dY, Tensor dGamma, Tensor dBeta) {
        call(
                "layerNormParameters",
                settings(),
                operands(2, x, mean, rstd, dY, dGamma, dBeta),
                t -> delegate.layerNormParameters(t[0], t[1], t[2], t[3], t[4], t[5]));
    }

    @Override
    public void attention(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            double scale,
            @Nullable Dropout dropout,
            Tensor out,
            Tensor saved) {
        call(
                "attention",
                settings(scale, numbers(dropout)),
                operands(2, q, k, v, mask, clock(dropout), examples(dropout), out, saved),
                t -> delegate.attention(t[0], t[1], t[2], t[3], scale, on(dropout, t[4], t[5]), t[6], t[7]));
    }

    @Override
    public void residualNorm(
            Tensor x,
            Tensor f,
            @Nullable Dropout dropout,
            Tensor gamma,
            Tensor beta,
            double epsilon,
            Tensor sum,
            Tensor y,
            Tensor mean,
            Tensor rstd) {
        call(
                "residualNorm",
                settings(epsilon, numbers(dropout)),
                operands(4, x, f, clock(dropout), examples(dropout), gamma, beta, sum, y, mean, rstd),
                t -> delegate.residualNorm(
                        t[0], t[1], on(dropout, t[2], t[3]), t[4], t[5], epsilon, t[6], t[7], t[8], t[9]));
    }

    @Override
    public void residualNormBackward(
            Tensor sum, Dropout dropout, Tensor gamma, Tensor mean, Tensor rstd, Tensor dY, Tensor dX, Tensor dF) {
        call(
                "residualNormBackward",
                settings(numbers(dropout)),
                operands(2, sum, clock(dropout), examples(dropout), gamma, mean, rstd, dY, dX, dF),
                t -> delegate.residualNormBackward(t[0], on(dropout, t[1], t[2]), t[3], t[4], t[5], t[6], t[7], t[8]));
    }

    @Override
    public void lowRankBackward(
            Tensor dY, Tensor x, Tensor t, Tensor b, double scale, Tensor dT, Tensor dA, Tensor dB) {
        call(
                "lowRankBackward",
                settings(scale),
                operands(3, dY, x, t, b, dT, dA, dB),
                o -> delegate.lowRankBackward(o[0], o[1], o[2], o[3], scale, o[4], o[5], o[6]));
    }

    @Override
    public void scaleColumns(Tensor x, Tensor f, @Nullable Tensor bias, Tensor y) {
        call(
                "scaleColumns",
                settings(),
                operands(1, x, f, bias, y),
                t -> delegate.scaleColumns(t[0], t[1], t[2], t[3]));
    }

    @Override
    public void scaleColumnsBackward(Tensor x, Tensor f, Tensor dY, Tensor dX, Tensor dF) {
        call(
                "scaleColumnsBackward",
                settings(),
                operands(2, x, f, dY, dX, dF),
                t -> delegate.scaleColumnsBackward(t[0], t[1], t[2], t[3], t[4]));
    }

    @Override
    public void columnDots(Tensor x, @Nullable Tensor shift, Tensor y, Tensor dots) {
        call(
                "columnDots",
                settings(),
                operands(1, x, shift, y, dots),
                t -> delegate.columnDots(t[0], t[1], t[2], t[3]));
    }

    @Override
    public Shape attentionSaves(Shape scores) {
        return delegate.attentionSaves(scores);
    }

    @Override
    public void attentionBackward(
            Tensor q,
            Tensor k,
            Tensor v,
            @Nullable Tensor mask,
            Tensor saved,
            double scale,
            @Nullable Dropout dropout,
            Tensor dOut,
            Tensor dQ,
            Tensor dK,
            Tensor dV) {
        call(
                "attentionBackward",
                settings(scale, numbers(dropout)),
                operands(3, q, k, v, mask, saved, clock(dropout), examples(dropout), dOut, dQ, dK, dV),
                t -> delegate.attentionBackward(
                        t[0], t[1], t[2], t[3], t[4], scale, on(dropout, t[5], t[6]), t[7], t[8], t[9], t[10]));
    }

    @Override
    public void crossEntropy(Tensor logits, Tensor targets, Tensor losses) {
        call(
                "crossEntropy",
                settings(),
                operands(1, logits, targets, losses),
                t -> delegate.crossEntropy(t[0], t[1], t[2]));
    }

    @Override
    public void crossEntropyBackward(Tensor logits, Tensor targets, Tensor dLosses, Tensor dLogits) {
        call(
                "crossEntropyBackward",
                settings(),
                operands(1, logits, targets, dLosses, dLogits),
                t -> delegate.crossEntropyBackward(t[0], t[1], t[2], t[3]));
    }

    @Override
    public void dropout(Tensor x, Dropout dropout, Tensor y) {
        call(
                "dropout",
                settings(numbers(dropout)),
                operands(1, x, clock(dropout), examples(dropout), y),
                t -> delegate.dropout(t[0], on(dropout, t[1], t[2]), t[3]));
    }

    @Override
    public void adamW(
            Tensor weight, Tensor gradient, Tensor m, Tensor v, Tensor rate, Tensor corrections, AdamW settings) {
        call(
                "adamW",
                settings(settings),
                changing(operands(0, gradient, rate, corrections), weight, m, v),
                t -> delegate.adamW(t[3], t[0], t[4], t[5], t[1], t[2], settings));
    }
}
