using System.Net;
using AsyncStack.Api.Identity;
using AsyncStack.Api.Tests.Support;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.Identity;

public sealed class AccessTests(GuardedApi api) : IClassFixture<GuardedApi>
{
    // Whoever adds to these has to say here why nobody is asked who they are.
    private static readonly string[] Open =
    [
        "/", "/home", "/health", "/alive", "/metrics", "/openapi/v1.json", "/api/v1/files/{bucket}/{**key}", "/auth/session",
        "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_endpoint_has_a_policy_or_is_known_to_be_open()
    {
        var endpoints = api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();

        Assert.NotEmpty(endpoints);
        Assert.Empty(endpoints.Where(e => EndpointAccess.ScopesOf(e.Metadata) is null && !IsOpen(e)).Select(e => e.DisplayName));
        Assert.Equal(Open.Order(), endpoints.Where(IsOpen).Select(e => $"/{e.RoutePattern.RawText!.Trim('/')}").Distinct().Order());
    }

    [Fact]
    public async Task An_endpoint_that_nobody_thought_of_is_refused_to_everybody()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        builder.Configuration["Auth:Mode"] = "Required";
        builder.Configuration["Auth:KeyHashSecret"] = "a secret that is only for these tests";
        builder.Configuration["Auth:BootstrapKey"] = GuardedApi.BootstrapKey;
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(api.Fixture.Database);
        builder.Services.AddSingleton<AsyncStack.Api.Grpc.GrpcServer>();
        builder.AddIdentity();
        await using var app = builder.Build();
        app.UseIdentity();
        app.MapNamedEndpoints().MapGet("/new/thing", () => "secret");
        app.MapGet("/task/new", () => "secret");
        await app.StartAsync(Cancel);
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        foreach (var path in new[] { "/new/thing", "/task/new" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await GuardedApi.GetAsync(client, path, key: null)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await GuardedApi.GetAsync(client, path, GuardedApi.BootstrapKey)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await GuardedApi.GetAsync(client, "/nothing", GuardedApi.BootstrapKey)).StatusCode);
    }

    [Fact]
    public async Task Who_does_not_say_who_they_are_is_told_how()
    {
        var answer = await GuardedApi.GetAsync(api.Client, "/jobs", key: null);

        Assert.Equal("Bearer realm=\"asyncstack\"", answer.Headers.WwwAuthenticate.Single().ToString());
        Assert.Contains("X-Api-Key", (await answer.ProblemAsync(HttpStatusCode.Unauthorized)).Detail(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_may_not_do_it_is_told_the_scope()
    {
        var key = await api.CreateKeyAsync("datasets:* jobs:read");

        var answer = await GuardedApi.SendAsync(api.Client, HttpMethod.Post, "/task", key.Text, "1");

        Assert.Contains("error=\"insufficient_scope\", scope=\"jobs:submit\"", answer.Headers.WwwAuthenticate.Single().ToString(), StringComparison.Ordinal);
        var detail = (await answer.ProblemAsync(HttpStatusCode.Forbidden)).Detail();
        Assert.Contains($"'jobs:submit'; '{key.Actor}' has 'jobs:read datasets:read datasets:write'", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/docs/index.html")]
    [InlineData("/")]
    public async Task What_is_open_asks_nobody(string path) =>
        Assert.Equal(HttpStatusCode.OK, (await GuardedApi.GetAsync(api.Client, path, key: null)).StatusCode);

    [Theory]
    [InlineData("/nothing/here", HttpStatusCode.NotFound)]
    [InlineData("/task", HttpStatusCode.MethodNotAllowed)]
    public async Task Where_nothing_is_only_known_callers_are_told_so(string path, HttpStatusCode status)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await GuardedApi.GetAsync(api.Client, path, key: null)).StatusCode);
        Assert.Equal(status, (await GuardedApi.GetAsync(api.Client, path, GuardedApi.BootstrapKey)).StatusCode);
    }

    private static bool IsOpen(RouteEndpoint endpoint) => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
}
