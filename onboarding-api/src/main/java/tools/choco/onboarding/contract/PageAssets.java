package tools.choco.onboarding.contract;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.web.servlet.config.annotation.ResourceHandlerRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.resource.PathResourceResolver;

/**
 * Scripts and styles of the page, below {@code /docs/assets/}: a few of the swagger-ui webjar,
 * whose own index page points to another host and stays inside, and one of ours.
 */
@Configuration(proxyBeanMethods = false)
class PageAssets implements WebMvcConfigurer {

    private static final String WEBJAR_PROPERTIES =
            "/META-INF/maven/org.webjars/swagger-ui/pom.properties";

    private static final Set<String> SERVED =
            Set.of("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png", "page.js");

    @Override
    public void addResourceHandlers(ResourceHandlerRegistry registry) {
        registry.addResourceHandler("/docs/assets/**")
                .addResourceLocations(
                        "classpath:/META-INF/resources/webjars/swagger-ui/" + webjarVersion() + "/",
                        "classpath:/openapi/ui/")
                // The paths carry no version, so a browser asks each time.
                .setCacheControl(CacheControl.noCache())
                .resourceChain(false)
                .addResolver(new OnlyServed());
    }

    private static String webjarVersion() {
        try (InputStream file = PageAssets.class.getResourceAsStream(WEBJAR_PROPERTIES)) {
            Properties properties = new Properties();
            if (file != null) {
                properties.load(file);
            }
            String version = properties.getProperty("version");
            if (version == null) {
                throw new IllegalStateException(WEBJAR_PROPERTIES + " names no version");
            }
            return version;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static final class OnlyServed extends PathResourceResolver {

        @Override
        protected @Nullable Resource getResource(String path, Resource location)
                throws IOException {
            return SERVED.contains(path) ? super.getResource(path, location) : null;
        }
    }
}
