package tools.choco.onboarding.hosting.local;

import java.io.IOException;
import java.io.Writer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Answers what is refused in one line, which git shows to its user. */
public final class PlainErrors extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable failure) {
        int status = response.getStatus();
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        String given = response.getMessage();
        HttpStatus known = HttpStatus.resolve(status);
        try {
            response.setContentType("text/plain");
            response.setCharacterEncoding("UTF-8");
            response.setHeader("X-Content-Type-Options", "nosniff");
            response.setHeader("Cache-Control", "no-store");
            Writer writer = response.getReporter();
            if (writer != null) {
                // What Tomcat says of a request quotes it.
                boolean ours = failure == null && given != null && request.getPathInfo() != null;
                writer.write(ours ? given : known == null ? "Error" : known.getReasonPhrase());
                writer.write('\n');
                response.finishResponse();
            }
        } catch (IOException | IllegalStateException goneOrTooLate) {
            // Nobody is there to read it any more.
        }
    }
}
