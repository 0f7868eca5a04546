package dev.rankine.transformer.train;

import dev.rankine.autograd.Variable;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.DType;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.random.Philox;
import dev.rankine.transformer.Bart;
import dev.rankine.transformer.RandomWeights;
import dev.rankine.transformer.TransformerSettings;
import dev.rankine.transformer.data.SequenceBatch;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.SequencePair;
import dev.rankine.transformer.data.SequencePairs;
import dev.rankine.transformer.decode.Ending;
import dev.rankine.transformer.decode.Generator;
import dev.rankine.transformer.decode.Search;
import dev.rankine.transformer.text.CharacterVocabulary;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A small encoder-decoder that learns to write what it reads. */
final class Copying {
    private static final int LETTERS = 4;
    private static final int LONGEST = 4;

    final Backend backend;
    final Bart model;
    final SequencePairs data;
    final Map<String, Variable> weights;

    Copying(Backend backend, DType dtype, int examples) {
        this(backend, dtype, examples, 1);
    }

    Copying(Backend backend, DType dtype, int examples, int layers) {
        this.backend = backend;
        TransformerSettings.Stack stack = new TransformerSettings.Stack(layers, 2, 32);
        TransformerSettings settings = TransformerSettings.of(4 + LETTERS, 16, LONGEST + 2, stack, stack)
                .initStd(0.2);
        model = new Bart(settings, new RandomWeights(backend, dtype, 1));
        weights = model.weights();
        data = new SequencePairs(
                IntStream.range(0, examples).mapToObj(Copying::pair).toList(), new SequenceBatcher(backend, 0, 1));
    }

    /** One to four random letters. */
    private static SequencePair pair(int example) {
        int length = 1 + (Philox.word(9, 0, 0, example, 0) >>> 1) % LONGEST;
        long[] ids = new long[length + 2];
        ids[0] = 1;
        ids[length + 1] = 2;
        for (int i = 1; i <= length; i++) {
            ids[i] = 4 + (Philox.word(9, 0, 0, example, i) >>> 1) % LETTERS;
        }
        return new SequencePair(ids, ids);
    }

    Trainer<SequenceBatch> trainer(TrainerSettings settings) {
        return new Trainer<>(backend, settings, data, new Seq2SeqObjective(model), new WeightTraining(weights, 0));
    }

    /** Exact match and error rate on the training data. */
    SequenceAccuracy accuracy(int batch) {
        CharacterVocabulary symbols = CharacterVocabulary.of(List.of());
        Ending ending = new Ending(Set.of(symbols.end()), 0, LONGEST + 2);
        Generator greedy = new Generator(new Search.Greedy(), ending, new ScopePool(backend));
        Predictor predictor = (ids, mask) -> Arrays.asList(greedy.write(model, 1, ids, mask));
        return new SequenceAccuracy(predictor, data.batcher(), data.pairs(), symbols, batch);
    }

    /** A copy of every weight, by name. */
    Map<String, List<Double>> bits() {
        Map<String, List<Double>> bits = new TreeMap<>();
        weights.forEach((name, weight) -> bits.put(name, bits(weight.data())));
        return bits;
    }

    static List<Double> bits(Tensor tensor) {
        return Arrays.stream(tensor.toDoubles()).boxed().toList();
    }

    /** A state that no later step changes. */
    static TrainingState frozen(TrainingState state) {
        Map<String, Tensor> copies = new LinkedHashMap<>();
        state.tensors().forEach((name, tensor) -> copies.put(name, tensor.clone(tensor.dtype())));
        return new TrainingState(state.step(), state.seconds(), state.before(), state.settings(), copies);
    }
}
