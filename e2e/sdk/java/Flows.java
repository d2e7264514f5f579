import com.microsoft.aad.msal4j.AuthorizationCodeParameters;
import com.microsoft.aad.msal4j.AuthorizationRequestUrlParameters;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.DeviceCodeFlowParameters;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.MsalException;
import com.microsoft.aad.msal4j.PublicClientApplication;
import com.microsoft.aad.msal4j.SilentParameters;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Signing in with MSAL for Java, unmodified: the check of well-known authorities is switched off, for localhost is none of them.
 */
public class Flows {
    static final String SITE = System.getenv("COMPTOIR_SITE");
    static final String URL = member(SITE, "url"), TENANT = member(SITE, "tenant"), AUTHORITY = URL + "/" + TENANT + "/";
    static final Set<String> APP_ONLY = Set.of("https://api.partnercenter.microsoft.com/.default");
    static final Set<String> PERMISSION = Set.of("https://api.partnercenter.microsoft.com/user_impersonation");
    static final String BACK = "http://localhost:53684/back";

    static void step(String name) {
        System.out.println("step: " + name);
    }

    static void check(boolean ok, Object what) {
        if (!ok) {
            throw new AssertionError(what);
        }
    }

    /** The first text of that name in a JSON document: all that is needed of it here. */
    static String member(String json, String name) {
        Matcher m = Pattern.compile("\"" + name + "\":\\s*\"([^\"]*)\"").matcher(json);
        check(m.find(), name + " in " + json);
        return m.group(1);
    }

    static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
            .map(e -> URLEncoder.encode(e.getKey(), StandardCharsets.UTF_8) + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    }

    static String call(String token, String method, String path, String body, int status) throws Exception {
        HttpRequest r = HttpRequest.newBuilder(URI.create(URL + path)).header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json").method(method, HttpRequest.BodyPublishers.ofString(body)).build();
        HttpResponse<String> got = HttpClient.newHttpClient().send(r, HttpResponse.BodyHandlers.ofString());
        check(got.statusCode() == status, path + ": " + got.statusCode() + " " + got.body());
        return got.body();
    }

    static String good(IAuthenticationResult got) throws Exception {
        call(got.accessToken(), "GET", "/v1/customers?size=1", "", 200);
        return got.accessToken();
    }

    /** Somebody of the partner's staff with a browser of their own. No script runs in it. */
    static class Person {
        final HttpClient browser = HttpClient.newBuilder().cookieHandler(new CookieManager()).build();
        final String name, password;
        String address;

        Person(String role) {
            Matcher m = Pattern.compile("\\{[^{}]*\"role\":\\s*\"" + role + "\"[^{}]*\\}").matcher(SITE);
            check(m.find(), role);
            name = member(m.group(), "userPrincipalName");
            password = member(m.group(), "password");
        }

        /** Follows redirects until they leave the server; address is where that ends. */
        String go(String url, Map<String, String> typed) throws Exception {
            for (;;) {
                address = url;
                if (!url.startsWith(URL + "/")) {
                    return "";
                }
                HttpRequest.Builder b = HttpRequest.newBuilder(URI.create(url));
                if (typed != null) {
                    b.header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString(form(typed)));
                }
                HttpResponse<String> got = browser.send(b.build(), HttpResponse.BodyHandlers.ofString());
                if (got.statusCode() < 300 || got.statusCode() > 399) {
                    return got.body();
                }
                url = URI.create(url).resolve(got.headers().firstValue("Location").orElseThrow()).toString();
                typed = null;
            }
        }

        String submit(String page, Map<String, String> typed) throws Exception {
            Matcher m = Pattern.compile("<form [^>]*action=\"([^\"]*)\"[^>]*>(.*?)</form>", Pattern.DOTALL).matcher(page);
            check(m.find(), page);
            Map<String, String> fields = new LinkedHashMap<>();
            Matcher hidden = Pattern.compile("<input type=\"hidden\" name=\"([^\"]*)\" value=\"([^\"]*)\"").matcher(m.group(2));
            while (hidden.find()) {
                fields.put(hidden.group(1), plain(hidden.group(2)));
            }
            fields.putAll(typed);
            return go(URI.create(address).resolve(plain(m.group(1))).toString(), fields);
        }

        static String plain(String s) {
            return s.replace("&#43;", "+").replace("&#34;", "\"").replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        }

        String open(String url) throws Exception {
            String page = go(url, null);
            return page.contains("name=\"password\"") ? submit(page, Map.of("name", name, "password", password)) : page;
        }

        void allow(String url, String code) throws Exception {
            submit(submit(open(url), Map.of("code", code)), Map.of("decision", "allow"));
        }
    }

    static String post(String path, Map<String, String> fields) throws Exception {
        HttpRequest r = HttpRequest.newBuilder(URI.create(URL + "/" + TENANT + path)).header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form(fields))).build();
        return HttpClient.newHttpClient().send(r, HttpResponse.BodyHandlers.ofString()).body();
    }

    static ConfidentialClientApplication confidential(String client, String secret) throws Exception {
        return ConfidentialClientApplication.builder(client, ClientCredentialFactory.createFromSecret(secret))
            .authority(AUTHORITY).validateAuthority(false).instanceDiscovery(false).build();
    }

    /** The authority is said again: the library keeps only the host of it with an account, and would go to port 443. */
    static SilentParameters again(IAuthenticationResult got) throws Exception {
        return SilentParameters.builder(PERMISSION, got.account()).authorityUrl(AUTHORITY).forceRefresh(true).build();
    }

    public static void main(String[] args) throws Exception {
        String client = member(SITE, "clientId"), secret = member(SITE, "clientSecret");
        ClientCredentialParameters appOnly = ClientCredentialParameters.builder(APP_ONLY).build();
        ConfidentialClientApplication service = confidential(client, secret);
        good(service.acquireToken(appOnly).get());
        good(service.acquireToken(appOnly).get()); // its cache finds nothing of an authority with a port of its own
        try {
            confidential(client, "not-it").acquireToken(appOnly).get();
            check(false, "a wrong secret");
        } catch (ExecutionException e) {
            check(((MsalException) e.getCause()).errorCode().equals("invalid_client"), e);
        }
        step("client credentials");

        // The first token with a person in it comes by the demo's own client.
        String asked = post("/oauth2/v2.0/devicecode", Map.of("client_id", client, "scope", PERMISSION.iterator().next()));
        new Person("GA").allow(member(asked, "verification_uri"), member(asked, "user_code"));
        String admin = member(post("/oauth2/v2.0/token", Map.of("grant_type", "urn:ietf:params:oauth:grant-type:device_code",
            "device_code", member(asked, "device_code"), "client_id", client, "client_secret", secret)), "access_token");
        String tool = member(call(admin, "POST", "/v1/partner/clients",
            "{\"name\":\"Java tool\",\"roles\":[\"AA\",\"GA\"],\"isPublic\":true,\"redirectUris\":[\"" + BACK + "\"]}", 201), "id");
        String web = call(admin, "POST", "/v1/partner/clients", "{\"name\":\"Java web\",\"roles\":[\"AA\",\"GA\"],\"redirectUris\":[\"" + BACK + "\"]}", 201);
        step("register a public and a confidential client");

        Person agent = new Person("AA");
        PublicClientApplication desktop = PublicClientApplication.builder(tool).authority(AUTHORITY).validateAuthority(false).instanceDiscovery(false).build();
        IAuthenticationResult got = desktop.acquireToken(DeviceCodeFlowParameters.builder(PERMISSION, flow -> {
            try {
                agent.allow(flow.verificationUri(), flow.userCode());
            } catch (Exception e) {
                throw new RuntimeException(e);
            }
        }).build()).get();
        good(got);
        check(got.account().username().equals(agent.name), got.account());
        step("device code");

        IAuthenticationResult last = got;
        for (int i = 0; i < 2; i++) { // the second by the refresh token that came with the first
            IAuthenticationResult fresh = desktop.acquireTokenSilently(again(got)).get();
            check(!good(fresh).equals(last.accessToken()), "a new one");
            last = fresh;
        }
        step("refresh");

        String verifier = "v".repeat(64);
        String challenge = Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII)));
        ConfidentialClientApplication site = confidential(member(web, "id"), member(web, "clientSecret"));
        String url = site.getAuthorizationRequestUrl(AuthorizationRequestUrlParameters.builder(BACK, PERMISSION).codeChallenge(challenge).codeChallengeMethod("S256")
            .state("s-1").loginHint(agent.name).build()).toString();
        Person visitor = new Person("AA");
        String landed = visitor.open(url);
        // Whatever mode is asked for, the library has the answer posted: by a page whose one button sends it.
        check(landed.contains("action=\"" + BACK + "\"") && landed.contains("name=\"state\" value=\"s-1\""), landed);
        Matcher code = Pattern.compile("name=\"code\" value=\"([^\"]*)\"").matcher(landed);
        check(code.find(), landed);
        got = site.acquireToken(AuthorizationCodeParameters.builder(Person.plain(code.group(1)), URI.create(BACK))
            .scopes(PERMISSION).codeVerifier(verifier).build()).get();
        good(got);
        check(got.account().username().equals(agent.name), got.account());
        good(site.acquireTokenSilently(again(got)).get());
        step("authorization code with PKCE, and refresh");
    }
}
