package tools.choco.onboarding.events;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The catalogue for people says what the schema says. */
class EventCatalogueTest {

    private static final Path PAGE = Approved.inModule("../docs/events.md");

    @BeforeAll
    static void approveIfAsked() throws IOException {
        if (Approved.APPROVING) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, catalogue().markdown());
        }
    }

    @Test
    void isCheckedInAsTheSchemaHasIt() throws IOException {
        assertThat(Files.readString(PAGE))
                .as("docs/events.md; `mvn -pl proto test -Dapprove=true` writes it anew")
                .isEqualTo(catalogue().markdown());
    }

    @Test
    void hasACommentOnEverything() throws IOException {
        assertThat(catalogue().uncommented()).isEmpty();
    }

    @Test
    void leadsSomewhereWithEveryLink() throws IOException {
        String page = catalogue().markdown();
        var anchors =
                page.lines()
                        .filter(line -> line.startsWith("#"))
                        .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT))
                        .map(heading -> heading.replace(' ', '-').replaceAll("[^a-z0-9_-]", ""))
                        .toList();

        assertThat(Pattern.compile("\\]\\(#([^)]*)\\)").matcher(page).results())
                .extracting(link -> link.group(1))
                .isNotEmpty()
                .isSubsetOf(anchors);
    }

    private static EventCatalogue catalogue() throws IOException {
        // Written by protoc in the build: classes keep no comments.
        byte[] schema = Files.readAllBytes(Approved.inModule("target/schema-with-comments.binpb"));
        return new EventCatalogue(FileDescriptorSet.parseFrom(schema));
    }
}
