using System.Net;
using System.Text;
using AsyncStack.Api.Grpc;
using AsyncStack.Api.Grpc.Protocol;
using AsyncStack.Api.Identity;
using AsyncStack.Api.Tests.Grpc;
using AsyncStack.Api.Tests.OpenApi;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.Identity;

/// <summary>Every operation of the document and every method of gRPC, called by each kind of caller: only the right one gets in.</summary>
public sealed class MatrixTests(GuardedApi api) : IClassFixture<GuardedApi>
{
    private static readonly string[] AllScopes = [.. ScopeNames.All.Where(s => !s.EndsWith('*'))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_the_right_caller_gets_to_an_operation()
    {
        var callers = await CallersAsync();
        var faults = new List<string>();
        var operations = (await ApiDocument.ReadAsync(api.Client, Cancel)).Operations;
        foreach (var operation in operations)
        {
            foreach (var (who, key, expected) in callers.Of(ScopesOf(operation)))
            {
                var status = await CallAsync(operation, key);
                if (expected is { } one ? status != (int)one : status is 401 or 403 && !IsSignature(operation))
                {
                    faults.Add($"{operation} as {who}: {status}");
                }
            }
        }

        Assert.Empty(faults);
        Assert.All(AllScopes, scope => Assert.Contains(operations, o => ScopesOf(o) is { } s && s.NamesOf().Contains(scope)));
    }

    [Fact]
    public async Task Only_the_right_caller_gets_to_a_method()
    {
        var callers = await CallersAsync();
        var methods = api.Host.Services.GetRequiredService<EndpointDataSource>().Endpoints.Where(e => e.Metadata.GetMetadata<GrpcMethod>() is not null).ToList();
        using var client = new RawClient(api.Host.GrpcAddress);
        var faults = new List<string>();
        foreach (var endpoint in methods)
        {
            var path = endpoint.Metadata.GetMetadata<GrpcMethod>()!.Path;
            foreach (var (who, key, expected) in callers.Of(EndpointAccess.ScopesOf(endpoint.Metadata)))
            {
                var code = await CallAsync(client, path, key);
                GrpcCode? wanted = expected is { } one ? one == HttpStatusCode.Unauthorized ? GrpcCode.Unauthenticated : GrpcCode.PermissionDenied : null;
                if (wanted is null ? code is GrpcCode.Unauthenticated or GrpcCode.PermissionDenied : code != wanted)
                {
                    faults.Add($"{path} as {who}: {code}");
                }
            }
        }

        Assert.Empty(faults);
        Assert.Equal(GrpcCode.Unauthenticated, await CallAsync(client, "/task.v1.TaskService/Nothing", key: null));
        Assert.Equal(GrpcCode.Unimplemented, await CallAsync(client, "/task.v1.TaskService/Nothing", GuardedApi.BootstrapKey));
        Assert.Equal(8, methods.Count);
    }

    private async Task<Callers> CallersAsync()
    {
        var right = new Dictionary<string, string>();
        var wrong = new Dictionary<string, string>();
        foreach (var scope in AllScopes)
        {
            right[scope] = (await api.CreateKeyAsync(scope)).Text;
            wrong[scope] = (await api.CreateKeyAsync(string.Join(' ', AllScopes.Where(s => s != scope && s != "admin")))).Text;
        }

        var (expired, revoked) = (await api.CreateKeyAsync("admin"), await api.CreateKeyAsync("admin"));
        await api.Fixture.ExecuteAsync("update api_keys set expires_at = now() where id = $1", expired.Id);
        await api.RevokeAsync(revoked);
        await Waiting.ForAsync(async () => (await GuardedApi.GetAsync(api.Client, "/jobs", revoked.Text)).StatusCode == HttpStatusCode.Unauthorized);
        return new Callers(right, wrong, expired.Text, revoked.Text);
    }

    // The document says it as a reader is told: no requirement for what is open.
    private static Scopes? ScopesOf(ApiOperation operation) => operation.Json.TryGetProperty("security", out var security)
        ? ScopeNames.Of(security[0].GetProperty("key").EnumerateArray().Select(s => s.GetString()!))
        : null;

    private static bool IsSignature(ApiOperation operation) => operation.Path.StartsWith("/api/v1/files/", StringComparison.Ordinal);

    private async Task<int> CallAsync(ApiOperation operation, string? key)
    {
        var path = operation.Path.Replace("{id}", Guid.NewGuid().ToString(), StringComparison.Ordinal).Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        request.Content = operation.Method is "POST" or "PUT" ? new StringContent("{}", Encoding.UTF8, "application/json") : null;
        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using var answer = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        return (int)answer.StatusCode;
    }

    private static async Task<GrpcCode?> CallAsync(RawClient client, string path, string? key)
    {
        using var body = new ByteArrayContent(RawClient.Frame(0, []));
        using var call = await client.OpenAsync(path, body, key is null ? [] : [("authorization", $"Bearer {key}")]);
        // A refusal is all in the headers; a stream that was let in may stay open.
        return call.Response.Headers.TryGetValues("grpc-status", out var status) ? (GrpcCode)int.Parse(status.Single()) : null;
    }

    private sealed record Callers(Dictionary<string, string> Right, Dictionary<string, string> Wrong, string Expired, string Revoked)
    {
        /// <summary>Who calls with what, and the refusal it is to get; null for none.</summary>
        public IEnumerable<(string Who, string? Key, HttpStatusCode? Expected)> Of(Scopes? needed)
        {
            HttpStatusCode? unknown = needed is null ? null : HttpStatusCode.Unauthorized;
            yield return ("anonymous", null, unknown);
            yield return ("expired", Expired, unknown);
            yield return ("revoked", Revoked, unknown);
            if (needed is null or Scopes.None)
            {
                yield return ("known", Right["ops"], null);
                yield break;
            }

            var scope = needed.Value.NamesOf().Single();
            yield return ($"all but {scope}", Wrong[scope], HttpStatusCode.Forbidden);
            yield return (scope, Right[scope], null);
        }
    }
}
