using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace AsyncStack.Web.Tests;

/// <summary>The Web service itself on a port of its own, with two secrets and a clock that stands still until told.</summary>
public sealed class WebHost : WebApplicationFactory<Program>
{
    public const string OldSecret = "whsec_b2xkLXNlY3JldC1vZi0yNC1ieXRlcyEh";
    public const string NewSecret = "whsec_bmV3LXNlY3JldC1vZi0yNC1ieXRlcyEh";

    public WebHost()
    {
        UseKestrel();
        StartServer();
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = ClientOptions.BaseAddress };
    }

    public static DateTimeOffset Now { get; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public HttpClient Client { get; }

    public static string Sign(string secret, string id, long timestamp, string body)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{timestamp}.{body}")));
    }

    public static HttpRequestMessage Webhook(string id, string body, string? signature = null, long? timestamp = null)
    {
        var seconds = timestamp ?? Now.ToUnixTimeSeconds();
        var request = new HttpRequestMessage(HttpMethod.Post, "/webhook") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("webhook-id", id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp", $"{seconds}");
        request.Headers.TryAddWithoutValidation("webhook-signature", signature ?? Sign(NewSecret, id, seconds, body));
        return request;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Not UseKestrel(0): that sets the port after the build, while the program may already be starting its server.
        builder.UseSetting("urls", "http://127.0.0.1:0");
        builder.UseSetting("Webhook:Secret", NewSecret);
        builder.UseSetting("Webhook:Secrets:0", OldSecret);
        builder.UseSetting("Webhook:Keep", "5");
        builder.UseSetting("Webhook:Heartbeat", "00:00:00.2");
        builder.ConfigureLogging(logging => logging.AddFilter<ConsoleLoggerProvider>(category: null, LogLevel.None));
        builder.ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton<TimeProvider>(new StandingClock())));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Client.Dispose();
        base.Dispose(disposing);
    }

    // Timers run, only the time of day stands.
    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}
