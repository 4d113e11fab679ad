using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using static System.Buffers.Text.Base64Url;

namespace AsyncStack.Api.Tests.Identity;

/// <summary>An issuer of OpenID Connect as far as a resource server needs one: its metadata, its public key, and tokens of any kind.</summary>
internal sealed class Issuer : IAsyncDisposable
{
    public const string Audience = "asyncstack";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly WebApplication _app;

    private Issuer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapGet("/.well-known/openid-configuration", () => Results.Text(
            new JsonObject { ["issuer"] = Address, ["jwks_uri"] = $"{Address}/keys" }.ToJsonString(), "application/json"));
        _app.MapGet("/keys", () => Results.Text(Keys(), "application/json"));
    }

    public string Address => _app.Urls.First();

    /// <summary>The public key as everybody may read it.</summary>
    public string PublicPem => _rsa.ExportSubjectPublicKeyInfoPem();

    public static async Task<Issuer> StartAsync()
    {
        var issuer = new Issuer();
        await issuer._app.StartAsync(TestContext.Current.CancellationToken);
        return issuer;
    }

    /// <summary>What a good token says.</summary>
    public JsonObject Claims()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return new JsonObject { ["iss"] = Address, ["aud"] = Audience, ["sub"] = "ada", ["scope"] = "openid jobs:read", ["nbf"] = 1000, ["exp"] = now + 300 };
    }

    /// <summary>A token signed as it should be.</summary>
    public string Sign(JsonObject claims) => Write("RS256", claims, bytes => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    /// <summary>A token signed otherwise.</summary>
    public static string Write(string algorithm, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = "one" };
        var text = $"{EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header))}.{EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{text}.{EncodeToString(sign(System.Text.Encoding.ASCII.GetBytes(text)))}";
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _rsa.Dispose();
    }

    private string Keys()
    {
        var key = _rsa.ExportParameters(includePrivateParameters: false);
        return new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["kty"] = "RSA", ["use"] = "sig", ["kid"] = "one", ["n"] = EncodeToString(key.Modulus), ["e"] = EncodeToString(key.Exponent),
            }),
        }.ToJsonString();
    }
}
