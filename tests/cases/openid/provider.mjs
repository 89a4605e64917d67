// An OpenID provider that issues JWT access tokens to one program: node provider.mjs PORT AUDIENCE CLIENT SECRET
import { Provider } from "oidc-provider";

const [port, audience, client_id, client_secret] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id, client_secret, grant_types: ["client_credentials"], redirect_uris: [], response_types: [] }],
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => "https://service.example",
      getResourceServerInfo: () => ({ scope: "", audience, accessTokenFormat: "jwt", accessTokenTTL: 3600 }),
    },
  },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
