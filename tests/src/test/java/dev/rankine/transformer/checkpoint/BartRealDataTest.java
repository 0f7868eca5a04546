package dev.rankine.transformer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.rankine.RealData;
import dev.rankine.autograd.GradientMode;
import dev.rankine.tensor.Backend;
import dev.rankine.tensor.Backends;
import dev.rankine.tensor.ScopePool;
import dev.rankine.tensor.Tensor;
import dev.rankine.tensor.safetensors.Safetensors;
import dev.rankine.transformer.Machine;
import dev.rankine.transformer.Pass;
import dev.rankine.transformer.data.PairEncoder;
import dev.rankine.transformer.data.SequenceBatcher;
import dev.rankine.transformer.data.TsvPairs;
import dev.rankine.transformer.decode.Ending;
import dev.rankine.transformer.decode.Generator;
import dev.rankine.transformer.decode.Search;
import dev.rankine.transformer.text.CharacterVocabulary;
import dev.rankine.transformer.train.SequenceAccuracy;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A published model that speaks American, against what PyTorch computes from it. */
class BartRealDataTest {
    private static final int WORDS = 1000;
    private static final int LONGEST = 40;

    static List<Machine> machines() {
        return Machine.all();
    }

    @ParameterizedTest
    @MethodSource("machines")
    void logitsAreThoseOfPyTorch(Machine machine) throws IOException {
        Checkpoint american = Checkpoints.load(RealData.at("bart_g2p_us"), machine.backend(), machine.dtype());
        Safetensors expected = Safetensors.open(RealData.at("peft_g2p/logits.safetensors"));
        Tensor seen = expected.tensor("attention_mask", machine.backend());
        Tensor mask = Tensor.zeros(machine.backend(), machine.dtype(), seen.shape());
        mask.write(seen.toDoubles());
        double[] logits = american.model()
                .logits(
                        expected.tensor("input_ids", machine.backend()),
                        mask,
                        expected.tensor("decoder_input_ids", machine.backend()),
                        Pass.inference())
                .data()
                .toDoubles();
        double[] wanted = expected.tensor("bare", machine.backend()).toDoubles();
        assertThat(logits).hasSameSizeAs(wanted);
        for (int i = 0; i < logits.length; i++) {
            assertThat(logits[i]).isCloseTo(wanted[i], offset(1e-4));
        }
    }

    @Test
    void beforeTrainingItReadsBritishWordsLikePyTorch() {
        try (Backend backend = Backends.choose(null, 2).backend();
                GradientMode.Guard _ = GradientMode.noGrad()) {
            Checkpoint american = Checkpoints.load(RealData.at("bart_g2p_us"), backend);
            BartConfig config = american.config();
            CharacterVocabulary phonemes =
                    new CharacterVocabulary(config.text("phoneme_chars").orElseThrow());
            PairEncoder encoder = new PairEncoder(
                    new CharacterVocabulary(config.text("grapheme_chars").orElseThrow()), phonemes);
            BartConfig.Symbols symbols = config.symbols();
            Ending ending = new Ending(Set.of((long) symbols.end()), symbols.padding(), LONGEST);
            Generator greedy = new Generator(new Search.Greedy(), ending, new ScopePool(backend));
            SequenceAccuracy accuracy = new SequenceAccuracy(
                    (ids, mask) -> List.of(greedy.write(american.model(), symbols.decoderStart(), ids, mask)),
                    new SequenceBatcher(backend, symbols.padding(), symbols.decoderStart()),
                    encoder.encode(TsvPairs.read(RealData.at("g2p/gb_in_us_alphabet.dev.tsv"), WORDS)),
                    phonemes,
                    250);
            Map<String, Double> figures = accuracy.evaluate();
            assertThat(figures.get("exact")).isCloseTo(0.146, offset(0.001));
            assertThat(figures.get("error_rate")).isCloseTo(0.2261, offset(0.001));
        }
    }
}
