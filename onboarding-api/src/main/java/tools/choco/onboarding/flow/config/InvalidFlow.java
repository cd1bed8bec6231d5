package tools.choco.onboarding.flow.config;

import tools.choco.onboarding.yaml.YamlSource;

/** The configured flows cannot be served; stops the start. The message is one line for people. */
public final class InvalidFlow extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidFlow(String message) {
        super(YamlSource.oneLine(message));
    }

    InvalidFlow(String file, int line, String reason) {
        this("%s:%d: %s".formatted(file, line, YamlSource.oneLine(reason)));
    }
}
