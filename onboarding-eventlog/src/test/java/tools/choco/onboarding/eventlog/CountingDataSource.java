package tools.choco.onboarding.eventlog;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Writes down every prepared statement that is executed. */
final class CountingDataSource implements DataSource {

    private final DataSource source;
    private final List<String> statements = new CopyOnWriteArrayList<>();

    CountingDataSource(DataSource source) {
        this.source = source;
    }

    /** The SQL of what was executed, in its order. */
    List<String> statements() {
        return statements;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return counting(Connection.class, source.getConnection(), "");
    }

    private <T> T counting(Class<T> type, T target, String sql) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> {
                            if (target instanceof PreparedStatement
                                    && method.getName().startsWith("execute")) {
                                statements.add(sql);
                            }
                            try {
                                var result = method.invoke(target, arguments);
                                return result instanceof PreparedStatement statement
                                        ? counting(
                                                PreparedStatement.class,
                                                statement,
                                                (String) arguments[0])
                                        : result;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return source.getConnection(username, password);
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return source.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        source.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        source.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return source.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return source.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return source.isWrapperFor(type);
    }
}
