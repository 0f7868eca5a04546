package dev.rankine.tensor.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rankine.tensor.reference.ReferenceBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that lie: each is refused with the file, the tensor, what is wrong and what was expected. */
class BrokenFileTest {
    private static final String GOOD = "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}}";

    @TempDir
    Path folder;

    private static byte[] bytes(String header, int dataBytes) {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("model.safetensors"), content);
    }

    private void assertRefused(byte[] content, String problem) throws IOException {
        Path path = file(content);
        assertThatThrownBy(() -> Safetensors.open(path))
                .isInstanceOf(SafetensorsException.class)
                .hasMessage(path + ": " + problem);
    }

    @Test
    void theGoodOneIsRead() throws IOException {
        assertThat(Safetensors.open(file(bytes(GOOD, 12))).names()).containsExactly("a", "b");
    }

    @Test
    void aMissingFileAndAFolderAreNamed() {
        Path missing = folder.resolve("missing.safetensors");
        assertThatThrownBy(() -> Safetensors.open(missing)).hasMessage(missing + ": there is no such file");
        assertThatThrownBy(() -> Safetensors.open(folder)).hasMessage(folder + ": is a folder, expected a file");
    }

    @Test
    void tooShortFiles() throws IOException {
        String beginning = " bytes are too few: a safetensors file begins with the 8 bytes of its header's length";
        assertRefused(new byte[0], "0" + beginning);
        assertRefused(new byte[7], "7" + beginning);
        assertRefused(
                Arrays.copyOf(bytes(GOOD, 12), 20),
                "the header has 108 bytes, but only 12 follow its length: the file is truncated");
        assertRefused(
                bytes(GOOD, 11),
                "tensor 'b' at bytes [8, 12) reaches beyond the end of the file, which has 11 bytes of data: it is"
                        + " truncated or its header is wrong");
    }

    /** Nothing is allocated by a number that was not checked: these would ask for more than any machine has. */
    @Test
    void absurdHeaderLengths() throws IOException {
        byte[] huge = bytes(GOOD, 12);
        ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putLong(0, 100_000_001);
        assertRefused(
                huge, "the header's length 100000001 is above the limit of 100000000: this is no safetensors file");
        Arrays.fill(huge, 0, 8, (byte) -1);
        assertRefused(
                huge,
                "the header's length 18446744073709551615 is above the limit of 100000000: this is no safetensors"
                        + " file");
    }

    @Test
    void headersThatAreNoJsonObject() throws IOException {
        byte[] notText = bytes(GOOD, 12);
        notText[10] = (byte) 0xC3;
        assertRefused(notText, "the header is not UTF-8");
        assertRefused(bytes("[1]", 0), "the header must be a JSON object, it is an array");
        assertRefused(bytes("", 0), "the header must be a JSON object, it is nothing");
        assertThatThrownBy(() -> Safetensors.open(file(bytes("{'a':", 0))))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("model.safetensors: the header is no valid JSON: ");
        assertThatThrownBy(() -> Safetensors.open(file(bytes("{} {}", 0))))
                .hasMessageContaining("the header is no valid JSON: ");
        assertThatThrownBy(() -> Safetensors.open(file(bytes("[".repeat(100_000), 0))))
                .hasMessageContaining("the header is no valid JSON: ");
    }

    @Test
    void aNameTwice() {
        String entry = "'a':{'dtype':'F32','shape':[],'data_offsets':[0,4]}";
        assertThatThrownBy(() -> Safetensors.open(file(bytes("{" + entry + "," + entry + "}", 4))))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("the header is no valid JSON: Duplicate Object property \"a\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'F99' | [2] | [0,8] | unknown dtype "F99", expected one of F32, F64, F16, BF16, I64
            7 | [2] | [0,8] | unknown dtype 7, expected one of F32, F64, F16, BF16, I64
            'F32' | 2 | [0,8] | shape must be an array, got 2
            'F32' | [-2] | [0,8] | axis 0 of shape [-2] must be a whole number from 0 to 2147483647
            'F32' | [1,2.0] | [0,8] | axis 1 of shape [1,2.0] must be a whole number from 0 to 2147483647
            'F32' | [4294967298] | [0,8] | axis 0 of shape [4294967298] must be a whole number from 0 to 2147483647
            'F32' | [1073741824,1073741824,1073741824] | [0,8] | shape [1073741824,1073741824,1073741824] has too many elements
            'F32' | [2147483647,2147483647] | [0,8] | F32 [2147483647, 2147483647] has too many bytes
            'F32' | [3] | [0,8] | data_offsets [0, 8] hold 8 bytes, F32 [3] needs 12
            'F64' | [2] | [0,8] | data_offsets [0, 8] hold 8 bytes, F64 [2] needs 16
            'F32' | [2] | [8,0] | data_offsets [8, 0] hold -8 bytes, F32 [2] needs 8
            'F32' | [2] | [-8,0] | data_offsets must be two whole numbers from 0, got [-8,0]
            'F32' | [2] | [0] | data_offsets must be two whole numbers from 0, got [0]
            'F32' | [2] | [0,18446744073709551624] | data_offsets must be two whole numbers from 0, got [0,18446744073709551624]
            'F4' | [3] | [0,2] | F4 [3] is no whole number of bytes
            """)
    void entriesThatContradictThemselves(String dtype, String shape, String offsets, String problem)
            throws IOException {
        String header = "{'a':{'dtype':" + dtype + ",'shape':" + shape + ",'data_offsets':" + offsets + "}}";
        assertRefused(bytes(header, 8), "tensor 'a': " + problem);
    }

    @Test
    void entriesWithOtherFields() throws IOException {
        assertRefused(
                bytes("{'a':{'dtype':'F32','shape':[]}}", 0),
                "tensor 'a': expected an object of dtype, shape and data_offsets, got"
                        + " {\"dtype\":\"F32\",\"shape\":[]}");
        assertRefused(bytes("{'a':[]}", 0), "tensor 'a': expected an object of dtype, shape and data_offsets, got []");
    }

    @Test
    void tensorsThatOverlapOrLeaveHoles() throws IOException {
        assertRefused(
                bytes(GOOD.replace("[8,12]", "[4,8]"), 8),
                "tensor 'b' at bytes [4, 8) overlaps tensor 'a' at bytes [0, 8)");
        assertRefused(
                bytes(GOOD.replace("[8,12]", "[12,16]"), 16),
                "tensor 'b' at bytes [12, 16) leaves a hole: the data before it end at byte 8");
        assertRefused(bytes(GOOD, 13), "the tensors hold 12 bytes, but 13 bytes follow the header");
        assertRefused(bytes("{}", 1), "the tensors hold 0 bytes, but 1 bytes follow the header");
    }

    @Test
    void metadataThatAreNoStrings() throws IOException {
        assertRefused(bytes("{'__metadata__':[]}", 0), "__metadata__ must be an object of strings, it is an array");
        assertRefused(bytes("{'__metadata__':{'x':1}}", 0), "__metadata__ 'x' must be a string, it is a number");
    }

    @Test
    void unknownNamesAndTypesThatAreNoTensors() throws IOException {
        Path path = file(bytes("{'flags':{'dtype':'BOOL','shape':[3],'data_offsets':[0,3]}}", 3));
        Safetensors opened = Safetensors.open(path);
        assertThat(opened.type("flags")).isEqualTo("BOOL");
        assertThatThrownBy(() -> opened.tensor("flags", new ReferenceBackend()))
                .isInstanceOf(SafetensorsException.class)
                .hasMessage(path + ": tensor 'flags': elements of BOOL are not supported, expected one of F32, F64,"
                        + " F16, BF16, I64");
        assertThatThrownBy(() -> opened.shape("flag"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(path + ": there is no tensor 'flag'");
    }

    /** Whatever bytes are changed, a file is read or refused; nothing else is thrown. */
    @Property(tries = 500)
    void aDamagedFileIsReadOrRefused(@ForAll @IntRange(min = 1, max = 4) int changes, @ForAll long seed)
            throws IOException {
        byte[] content = bytes(GOOD, 12);
        Random random = new Random(seed);
        for (int i = 0; i < changes; i++) {
            content[random.nextInt(content.length)] =
                    (byte) (random.nextBoolean() ? 32 + random.nextInt(95) : random.nextInt());
        }
        Path path = Files.write(Files.createTempFile("rankine", ".safetensors"), content);
        try {
            Safetensors opened = Safetensors.open(path);
            for (String name : opened.names()) {
                opened.tensor(name, new ReferenceBackend()).toDoubles();
            }
        } catch (SafetensorsException refused) {
            assertThat(refused).hasMessageStartingWith(path + ": ");
        } finally {
            Files.delete(path);
        }
    }

    @Test
    void aMachineOfTheOtherByteOrderIsTold() {
        ByteOrders.requireThatOfFiles(ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> ByteOrders.requireThatOfFiles(ByteOrder.BIG_ENDIAN))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("BIG_ENDIAN")
                .hasMessageContaining("take a little-endian machine");
    }
}
