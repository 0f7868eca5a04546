package dev.rankine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Launches that are made many at once: nothing is lost, doubled or made in another order. */
class ReplayPropertyTest {
    private static Replay.Launch launch(int number) {
        return new Replay.Launch("kernel" + number % 5, number, null);
    }

    /** A few paths that are walked again and again, each now and then left, cut short or interrupted. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void launchesAreMadeInTheOrderInWhichTheyCome(
            @ForAll @IntRange(min = 1, max = 3) int paths,
            @ForAll @IntRange(min = 1, max = 700) int longest,
            @ForAll @IntRange(min = 0, max = 20) int surprises,
            @ForAll long seed) {
        HostGraphs graphs = new HostGraphs();
        List<Replay.Launch> made = new ArrayList<>();
        Replay replay = new Replay(made::add, graphs);
        Random random = new Random(seed);
        List<Replay.Launch> asked = new ArrayList<>();
        for (int walk = 0; walk < 10; walk++) {
            int path = random.nextInt(paths);
            int length = random.nextInt(4) == 0 ? random.nextInt(longest) : longest;
            for (int i = 0; i < length; i++) {
                int number = path * longest + i;
                if (random.nextInt(1000) < surprises) {
                    number = -random.nextInt(10);
                }
                if (random.nextInt(1000) < surprises) {
                    replay.settle();
                    assertThat(made).isEqualTo(asked);
                }
                asked.add(launch(number));
                replay.launch(i, launch(number));
                assertThat(made.size()).isLessThanOrEqualTo(asked.size());
            }
            replay.settle();
            assertThat(made).isEqualTo(asked);
        }
        replay.close();
        assertThat(graphs.alive()).isZero();
    }

    @Test
    void aPathThatIsKnownIsAFewStarts() {
        HostGraphs graphs = new HostGraphs();
        List<Replay.Launch> made = new ArrayList<>();
        Replay replay = new Replay(made::add, graphs);
        int length = 3 * Replay.MOST + 100;
        for (int walk = 0; walk < 5; walk++) {
            long before = replay.starts();
            for (int i = 0; i < length; i++) {
                replay.launch(i, launch(i));
            }
            replay.settle();
            assertThat(replay.starts() - before).isEqualTo(walk < 2 ? length : 4);
        }
        assertThat(made).hasSize(5 * length);
        assertThat(graphs.alive()).isEqualTo(4);
    }

    @Test
    void whatWasNeverMadeByItselfIsNotKept() {
        HostGraphs graphs = new HostGraphs();
        List<Replay.Launch> made = new ArrayList<>();
        Replay replay = new Replay(made::add, graphs);
        for (int walk = 0; walk < 4; walk++) {
            for (int i = 0; i < 20; i++) {
                replay.launch(i, launch(walk == 2 && i == 10 ? 77 : i));
            }
            replay.settle();
        }
        assertThat(made).hasSize(80).contains(launch(77));
        assertThat(made.subList(40, 60))
                .isEqualTo(IntStream.range(0, 20)
                        .mapToObj(i -> launch(i == 10 ? 77 : i))
                        .toList());
    }
}
