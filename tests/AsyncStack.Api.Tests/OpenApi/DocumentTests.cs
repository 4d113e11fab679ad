using System.Net;
using System.Text.RegularExpressions;
using AsyncStack.Api.Tests.Support;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace AsyncStack.Api.Tests.OpenApi;

public sealed partial class DocumentTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Renew =
        "RENEW_OPENAPI=1 dotnet test tests/AsyncStack.Api.Tests -c Release --filter FullyQualifiedName~OpenApi.DocumentTests.Committed_copy";

    // What describes the API is no part of it, nor is what only its pages call.
    private static readonly string[] Undescribed = ["GET /openapi/v1.json", "GET /auth/session", "POST /auth/session", "DELETE /auth/session"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_endpoint_is_described_and_nothing_else_is()
    {
        var mapped = from endpoint in api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                     where !IsGrpc(endpoint.RoutePattern)
                     from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
                     select $"{method} {PathOf(endpoint.RoutePattern)}";
        var described = (await ReadAsync()).Operations.Select(o => o.ToString());

        Assert.Equal(mapped.Except(Undescribed).Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Committed_copy_is_what_is_served()
    {
        var file = Path.Combine(Root(), "docs", "openapi.json");
        var served = await api.Client.GetStringAsync("/openapi/v1.json", Cancel);
        if (Environment.GetEnvironmentVariable("RENEW_OPENAPI") == "1")
        {
            await File.WriteAllTextAsync(file, served, Cancel);
        }

        var same = File.Exists(file) && await File.ReadAllTextAsync(file, Cancel) == served;
        Assert.True(same, $"docs/openapi.json is not what is served. Look at what changed and renew it: {Renew}");
    }

    [Fact]
    public async Task Document_is_OpenAPI_3_1_without_errors()
    {
        var (document, diagnostic) = OpenApiDocument.Parse(await api.Client.GetStringAsync("/openapi/v1.json", Cancel), "json");

        Assert.Empty(diagnostic!.Errors);
        Assert.Empty(diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, diagnostic.SpecificationVersion);
        Assert.NotEmpty(document!.Paths);
    }

    [Fact]
    public async Task Every_operation_says_what_it_does_takes_and_answers()
    {
        var operations = (await ReadAsync()).Operations;

        Assert.Distinct(operations.Select(o => o.Id));
        foreach (var operation in operations)
        {
            Assert.True(operation.Json.TryGetProperty("summary", out _), $"{operation} has no summary: Describe it where it is mapped.");
            Assert.True(operation.Json.GetProperty("tags").GetArrayLength() == 1, $"{operation} has no tag of its own.");
            Assert.All(operation.Parameters, p => Assert.True(p.TryGetProperty("description", out _), $"{operation} does not describe {p}."));
            Assert.Contains(operation.Answers, a => a.Name[0] == '2');
            Assert.All(operation.Answers, a => Assert.NotEqual("", a.Value.GetProperty("description").GetString()));
            Assert.All(
                operation.Answers.Where(a => a.Name[0] is '4' or '5' && operation.Json.GetProperty("tags")[0].GetString() is not ("Probes" or "Files")),
                a => Assert.Equal("application/problem+json", ApiOperation.Contents(a.Value).Single().Name));
        }
    }

    [Fact]
    public async Task Examples_are_as_their_schemas_say()
    {
        var document = await ReadAsync();
        var validator = new SchemaValidator(document);
        var contents = from operation in document.Operations
                       from content in operation.Bodies.Concat(operation.Answers.SelectMany(a => ApiOperation.Contents(a.Value)))
                       where content.Value.TryGetProperty("example", out _)
                       select (operation, content.Value);

        Assert.All(contents.ToList(), c => Assert.Null(validator.Find(c.Value.GetProperty("schema"), c.Value.GetProperty("example"), c.operation.ToString())));
    }

    [Theory]
    [InlineData("/docs")]
    [InlineData("/redoc")]
    public async Task Pages_are_served_whole_from_this_origin(string path)
    {
        var moved = await api.Client.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.MovedPermanently, moved.StatusCode);

        var page = new Uri(new Uri(api.Client.BaseAddress!, path), moved.Headers.Location!);
        var answer = await api.Client.GetAsync(page, Cancel);
        var html = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.StartsWith("default-src 'none'; script-src 'self';", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var addresses = Address().Matches(html).Select(m => m.Groups["url"].Value).Where(u => u != "data:,").ToList();
        Assert.NotEmpty(addresses);
        foreach (var address in addresses)
        {
            var url = new Uri(page, address);
            Assert.Equal(api.Client.BaseAddress!.Authority, url.Authority);
            Assert.Equal(HttpStatusCode.OK, (await api.Client.GetAsync(url, Cancel)).StatusCode);
        }
    }

    private Task<ApiDocument> ReadAsync() => ApiDocument.ReadAsync(api.Client, Cancel);

    // A package and a service; gRPC's own reflection describes them.
    private static bool IsGrpc(RoutePattern pattern) => PathOf(pattern).Split('/')[1].Contains('.', StringComparison.Ordinal);

    private static string PathOf(RoutePattern pattern) => "/" + string.Join(
        '/', pattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p switch
        {
            RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
            RoutePatternLiteralPart literal => literal.Content,
            _ => "",
        }))));

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "AsyncStack.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("AsyncStack.sln was not found above the tests.");
    }

    [GeneratedRegex("(?:src|href)=\"(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();
}
