package tools.choco.onboarding.contract;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A request and its answer, as they were on the wire. Names of headers are found in any case.
 *
 * @param method upper case
 * @param target raw path, with the raw query if there is one
 * @param requestHeaders what the client sent
 * @param requestBody null if there was none
 * @param status of the answer
 * @param headers of the answer
 * @param body of the answer; empty if there was none
 */
public record Exchange(
        String method,
        String target,
        Map<String, List<String>> requestHeaders,
        @Nullable String requestBody,
        int status,
        Map<String, List<String>> headers,
        String body) {

    public Exchange {
        requestHeaders = inAnyCase(requestHeaders);
        headers = inAnyCase(headers);
    }

    /** What the JDK's client sent and received; it does not keep the body that it sent. */
    public static Exchange of(
            HttpRequest request, @Nullable String requestBody, HttpResponse<String> response) {
        return of(request, requestBody, response, response.body());
    }

    /** What the JDK's client has received of a stream by now. */
    public static Exchange of(HttpRequest request, HttpResponse<?> response, String received) {
        return of(request, null, response, received);
    }

    private static Exchange of(
            HttpRequest request,
            @Nullable String requestBody,
            HttpResponse<?> response,
            String body) {
        String query = request.uri().getRawQuery();
        return new Exchange(
                request.method(),
                request.uri().getRawPath() + (query == null ? "" : "?" + query),
                request.headers().map(),
                requestBody,
                response.statusCode(),
                response.headers().map(),
                body);
    }

    String path() {
        return target.split("\\?", 2)[0];
    }

    String query() {
        String[] parts = target.split("\\?", 2);
        return parts.length < 2 ? "" : parts[1];
    }

    boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    static @Nullable String first(Map<String, List<String>> headers, String name) {
        List<String> values = headers.get(name);
        return values == null || values.isEmpty() ? null : values.getFirst();
    }

    private static Map<String, List<String>> inAnyCase(Map<String, List<String>> headers) {
        Map<String, List<String>> sorted = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        sorted.putAll(headers);
        return sorted;
    }
}
