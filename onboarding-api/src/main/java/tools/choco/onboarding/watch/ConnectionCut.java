package tools.choco.onboarding.watch;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;

/**
 * Lets a stream close its connection at once. A servlet can only complete its request, and then the
 * server first waits for the reader to take what is buffered.
 */
public final class ConnectionCut extends ValveBase {

    private static final String ATTRIBUTE = ConnectionCut.class.getName();

    public ConnectionCut() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        Runnable cut =
                () ->
                        response.getCoyoteResponse()
                                .action(
                                        ActionCode.CLOSE_NOW,
                                        new IOException("The reader is too slow"));
        request.setAttribute(ATTRIBUTE, cut);
        getNext().invoke(request, response);
    }

    /** Closes the connection of an asynchronous request, which the container then completes. */
    static Runnable of(ServletRequest request) {
        return (Runnable) request.getAttribute(ATTRIBUTE);
    }
}
