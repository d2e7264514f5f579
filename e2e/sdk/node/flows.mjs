// Signing in with MSAL for Node, unmodified: localhost is told to be a known authority, and its certificate is trusted by
// NODE_EXTRA_CA_CERTS.
import assert from "node:assert/strict";
import { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } from "@azure/msal-node";

const site = JSON.parse(process.env.COMPTOIR_SITE);
const authority = `${site.url}/${site.tenant}`;
const appOnly = ["https://api.partnercenter.microsoft.com/.default"];
const permission = ["https://api.partnercenter.microsoft.com/user_impersonation"];
const back = "http://localhost:53683/back";
const known = { authority, knownAuthorities: [new URL(site.url).host] };
const step = (name) => console.log("step: " + name);

async function call(token, method = "GET", path = "/v1/customers?size=1", body = undefined, status = 200) {
  const r = await fetch(site.url + path, {
    method, body: body && JSON.stringify(body), headers: { Authorization: "Bearer " + token, "Content-Type": "application/json" },
  });
  const text = await r.text();
  assert.equal(r.status, status, `${path}: ${text}`);
  return JSON.parse(text);
}

// Person is somebody of the partner's staff with a browser of their own. No script runs in it.
class Person {
  constructor(role) {
    const user = site.users.find((u) => u.role === role);
    this.name = user.userPrincipalName;
    this.password = user.password;
    this.cookies = new Map();
  }
  async go(url, form) {
    for (;;) {
      const r = await fetch(url, {
        method: form ? "POST" : "GET", body: form && new URLSearchParams(form), redirect: "manual",
        headers: { Cookie: [...this.cookies].map(([k, v]) => `${k}=${v}`).join("; ") },
      });
      for (const c of r.headers.getSetCookie()) {
        const [, k, v] = c.match(/^([^=]*)=([^;]*)/);
        this.cookies.set(k, v);
      }
      if (r.status < 300 || r.status > 399) return { url, text: await r.text() };
      url = new URL(r.headers.get("location"), url).href;
      form = undefined;
      if (!url.startsWith(site.url + "/")) return { url };
    }
  }
  submit(page, typed) {
    const [, action, inside] = page.text.match(/<form [^>]*action="([^"]*)"[^>]*>(.*?)<\/form>/s);
    const plain = (s) => s.replaceAll("&amp;", "&").replaceAll("&#43;", "+").replaceAll("&#34;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
    const form = {};
    for (const [, k, v] of inside.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) form[k] = plain(v);
    return this.go(new URL(plain(action), page.url).href, { ...form, ...typed });
  }
  async open(url) {
    const page = await this.go(url);
    return page.text?.includes('name="password"') ? this.submit(page, { name: this.name, password: this.password }) : page;
  }
  async allow(url, code) {
    await this.submit(await this.submit(await this.open(url), { code }), { decision: "allow" });
  }
}

const service = new ConfidentialClientApplication({ auth: { ...known, clientId: site.clientId, clientSecret: site.clientSecret } });
const first = await service.acquireTokenByClientCredential({ scopes: appOnly });
await call(first.accessToken);
const again = await service.acquireTokenByClientCredential({ scopes: appOnly });
assert.ok(again.fromCache && again.accessToken === first.accessToken);
const wrong = new ConfidentialClientApplication({ auth: { ...known, clientId: site.clientId, clientSecret: "not-it" } });
await assert.rejects(wrong.acquireTokenByClientCredential({ scopes: appOnly }), (e) => e.errorCode === "invalid_client");
step("client credentials");

// The first token with a person in it comes by the demo's own client.
const admin = new Person("GA");
const post = async (path, form) => (await fetch(authority + path, { method: "POST", body: new URLSearchParams(form) })).json();
const asked = await post("/oauth2/v2.0/devicecode", { client_id: site.clientId, scope: permission[0] });
await admin.allow(asked.verification_uri, asked.user_code);
const personal = await post("/oauth2/v2.0/token", {
  grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: asked.device_code, client_id: site.clientId, client_secret: site.clientSecret,
});
const register = (more) => call(personal.access_token, "POST", "/v1/partner/clients", { roles: ["AA", "GA", "SA", "BA"], ...more }, 201);
const tool = await register({ name: "Node tool", isPublic: true, redirectUris: ["http://localhost/back"] });
const web = await register({ name: "Node web", redirectUris: [back] });
step("register a public and a confidential client");

const agent = new Person("AA");
const publicApp = () => new PublicClientApplication({ auth: { ...known, clientId: tool.id } });
const onTool = publicApp();
const byCode = await onTool.acquireTokenByDeviceCode({
  scopes: permission,
  deviceCodeCallback: (flow) => { agent.allow(flow.verificationUri, flow.userCode).catch((e) => { throw e; }); },
});
await call(byCode.accessToken);
assert.equal(byCode.account.username, agent.name);
assert.equal(byCode.account.tenantId, site.tenant);
step("device code");

const silent = await onTool.acquireTokenSilent({ scopes: permission, account: byCode.account });
assert.ok(silent.fromCache);
let last = silent;
for (let i = 0; i < 2; i++) { // the second by the refresh token that came with the first
  const fresh = await onTool.acquireTokenSilent({ scopes: permission, account: byCode.account, forceRefresh: true });
  await call(fresh.accessToken);
  assert.notEqual(fresh.accessToken, last.accessToken);
  last = fresh;
}
step("refresh");

for (const app of [publicApp(), new ConfidentialClientApplication({ auth: { ...known, clientId: web.id, clientSecret: web.clientSecret } })]) {
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const url = await app.getAuthCodeUrl({ scopes: permission, redirectUri: back, codeChallenge: challenge, codeChallengeMethod: "S256", state: "s-1", loginHint: agent.name });
  const left = (await new Person("AA").open(url)).url;
  assert.ok(left.startsWith(back + "?"), left);
  const sent = new URL(left).searchParams;
  assert.equal(sent.get("state"), "s-1");
  const got = await app.acquireTokenByCode({ scopes: permission, redirectUri: back, code: sent.get("code"), codeVerifier: verifier });
  await call(got.accessToken);
  assert.equal(got.account.username, agent.name);
  const fresh = await app.acquireTokenSilent({ scopes: permission, account: got.account, forceRefresh: true });
  await call(fresh.accessToken);
  assert.notEqual(fresh.accessToken, got.accessToken);
}
step("authorization code with PKCE, and refresh");
