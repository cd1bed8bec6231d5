package tools.choco.onboarding.funnel.config;

import tools.choco.onboarding.yaml.YamlSource;

/** A configured funnel cannot be counted; stops the start. The message is one line for people. */
public final class InvalidFunnel extends RuntimeException {

    private static final long serialVersionUID = 1L;

    InvalidFunnel(String message) {
        super(YamlSource.oneLine(message));
    }
}
