package dev.rankine.autograd;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.rankine.autograd.optim.Clipping;
import dev.rankine.autograd.optim.Proximal;
import dev.rankine.tensor.Storage;
import dev.rankine.tensor.Tensor;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A device replays what it recorded, so no operation may look at a number and decide by it. */
class RecordableTest {
    private static final Set<String> READS =
            Set.of("item", "toDoubles", "toFloats", "toLongs", "host", "hostForWriting");

    private static final ArchRule NO_READS =
            noClasses().should().callMethodWhere(describe("read numbers on the host", RecordableTest::reads));

    private static boolean reads(JavaMethodCall call) {
        return (call.getTargetOwner().isEquivalentTo(Tensor.class)
                        || call.getTargetOwner().isEquivalentTo(Storage.class))
                && READS.contains(call.getTarget().getName());
    }

    @Test
    void noOperationReadsOnTheHost() {
        NO_READS.check(new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.rankine.autograd.op"));
        NO_READS.check(new ClassFileImporter()
                .importClasses(Clipping.class, Proximal.class, Variable.class, BackwardPass.class, Operation.class));
    }

    @Test
    void aReadIsSeen() {
        assertThat(NO_READS.evaluate(new ClassFileImporter().importClasses(GradientCheck.class))
                        .hasViolation())
                .isTrue();
    }
}
