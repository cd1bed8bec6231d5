package tools.choco.onboarding.flow.config;

import java.nio.charset.StandardCharsets;

/** Small flows for tests. */
final class Flows {

    private Flows() {}

    static String yaml(String id, int version, String title) {
        return """
        id: %s
        version: %d
        title: %s
        resumeThreshold: PT30M
        idleLimit: P7D
        steps:
          - id: profile
            title: Profile
            kind: form
            answers: {type: object, properties: {name: {type: string, maxLength: 5}}}
        """
                .formatted(id, version, title);
    }

    static FlowDefinition definition(String id, int version, String title) {
        byte[] bytes = yaml(id, version, title).getBytes(StandardCharsets.UTF_8);
        return FlowParser.parse(id + ".yaml", bytes).definition();
    }
}
