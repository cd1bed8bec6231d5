package tools.choco.onboarding.edge;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.web.util.matcher.RequestMatcher;
import org.springframework.web.filter.OncePerRequestFilter;

/** Refuses bodies beyond a number of bytes, whether or not the client says how long they are. */
public final class BodyLimit extends OncePerRequestFilter {

    private final int bytesMax;
    private final RequestMatcher otherwiseBounded;
    private final ProblemWriter problems;

    /**
     * @param otherwiseBounded requests whose route has a bound of its own
     */
    public BodyLimit(int bytesMax, RequestMatcher otherwiseBounded, ProblemWriter problems) {
        this.bytesMax = bytesMax;
        this.otherwiseBounded = otherwiseBounded;
        this.problems = problems;
    }

    /** A body turned out longer than allowed while it was read. */
    static final class Exceeded extends IOException {
        private static final long serialVersionUID = 1L;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return otherwiseBounded.matches(request);
    }

    @Override
    protected void doFilterInternal(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request.getContentLengthLong() > bytesMax) {
            problems.write(response, ProblemCode.BODY_TOO_LARGE, detail(bytesMax));
            return;
        }
        chain.doFilter(new Limited(request), response);
    }

    static String detail(int bytesMax) {
        return "A body has at most " + bytesMax + " bytes.";
    }

    private final class Limited extends HttpServletRequestWrapper {

        Limited(HttpServletRequest request) {
            super(request);
        }

        @Override
        public ServletInputStream getInputStream() throws IOException {
            return new Counted(super.getInputStream());
        }
    }

    private final class Counted extends ServletInputStream {
        private final ServletInputStream in;
        private long read;

        Counted(ServletInputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            int next = in.read();
            count(next < 0 ? 0 : 1);
            return next;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int count = in.read(buffer, offset, length);
            count(count);
            return count;
        }

        private void count(int more) throws Exceeded {
            read += Math.max(0, more);
            if (read > bytesMax) {
                throw new Exceeded();
            }
        }

        @Override
        public boolean isFinished() {
            return in.isFinished();
        }

        @Override
        public boolean isReady() {
            return in.isReady();
        }

        @Override
        public void setReadListener(ReadListener listener) {
            in.setReadListener(listener);
        }
    }
}
