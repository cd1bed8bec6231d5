package tools.choco.onboarding.funnel;

import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What entries of one funnel contribute in every order, before it goes to the roll-ups. */
final class Tally {

    /** Entries that go to the same cells in every dimension. */
    private record Leaf(int day, List<String> values, boolean test) {}

    /** Takes what belongs to a cell. */
    @FunctionalInterface
    interface Sink {
        void add(RollUps.Grain grain, RollUps.Place place, Counters counters) throws SQLException;
    }

    private final FunnelDefinition definition;
    private final Map<Leaf, Map<Order, Counters>> leaves = new HashMap<>();

    Tally(FunnelDefinition definition) {
        this.definition = definition;
    }

    /**
     * Adds the contributions of an entry; nothing if it is not started.
     *
     * @param sign 1 to add them, -1 to take them back
     */
    void add(FunnelEntry entry, int sign) {
        if (!entry.isStarted()) {
            return;
        }
        Leaf leaf =
                new Leaf(
                        Math.toIntExact(entry.startedDay().toEpochDay()),
                        entry.dimensionValues(),
                        entry.test());
        Map<Order, Counters> byOrder =
                leaves.computeIfAbsent(leaf, it -> new EnumMap<>(Order.class));
        for (Order order : Order.values()) {
            Contribution.of(
                    definition,
                    entry,
                    order,
                    sign,
                    byOrder.computeIfAbsent(order, it -> new Counters()));
        }
    }

    /** Hands out the total and every dimension. */
    void into(Sink sink) throws SQLException {
        List<String> dimensions = definition.dimensionNames();
        for (Map.Entry<Leaf, Map<Order, Counters>> entry : leaves.entrySet()) {
            Leaf leaf = entry.getKey();
            for (Map.Entry<Order, Counters> each : entry.getValue().entrySet()) {
                if (each.getValue().isEmpty()) {
                    continue;
                }
                String ordering = each.getKey().key();
                sink.add(
                        new RollUps.Grain(definition.funnelId(), ordering, ""),
                        new RollUps.Place(leaf.day(), "", leaf.test()),
                        each.getValue());
                for (int i = 0; i < dimensions.size(); i++) {
                    sink.add(
                            new RollUps.Grain(definition.funnelId(), ordering, dimensions.get(i)),
                            new RollUps.Place(leaf.day(), leaf.values().get(i), leaf.test()),
                            each.getValue());
                }
            }
        }
    }
}
