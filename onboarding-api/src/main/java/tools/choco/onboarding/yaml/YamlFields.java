package tools.choco.onboarding.yaml;

import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/** The members of a mapping in a {@link YamlSource}. */
public final class YamlFields {

    private final YamlSource yaml;
    private final Node owner;
    private final String what;
    private final Map<String, Node> values;

    YamlFields(YamlSource yaml, Node owner, String what, Map<String, Node> values) {
        this.yaml = yaml;
        this.owner = owner;
        this.what = what;
        this.values = values;
    }

    /** A member that has to be there. */
    public Node required(String name) {
        return optional(name)
                .orElseThrow(() -> yaml.invalid(owner, "%s lacks '%s'".formatted(what, name)));
    }

    /** A member that may be there. */
    public Optional<Node> optional(String name) {
        return Optional.ofNullable(values.get(name));
    }
}
