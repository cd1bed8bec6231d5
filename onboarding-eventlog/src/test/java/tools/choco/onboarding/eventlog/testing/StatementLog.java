package tools.choco.onboarding.eventlog.testing;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;

/** Writes down every statement that goes through a data source, and which thread sent it. */
public final class StatementLog {

    private record Sent(String thread, String sql) {}

    private final Queue<Sent> sent = new ConcurrentLinkedQueue<>();

    /** The same data source, watched. */
    public DataSource over(DataSource source) {
        return ProxyDataSourceBuilder.create(source)
                .afterQuery(
                        (execution, queries) ->
                                queries.forEach(
                                        query ->
                                                sent.add(
                                                        new Sent(
                                                                Thread.currentThread().getName(),
                                                                query.getQuery()))))
                .build();
    }

    /** The SQL of what was sent since the last {@link #clear()}, in its order. */
    public List<String> all() {
        return by(thread -> true);
    }

    /** The same, of threads with certain names. */
    public List<String> by(Predicate<String> threadName) {
        return sent.stream().filter(it -> threadName.test(it.thread())).map(Sent::sql).toList();
    }

    /** Forgets what was sent so far. */
    public void clear() {
        sent.clear();
    }
}
