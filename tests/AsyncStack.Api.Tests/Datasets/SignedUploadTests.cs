using System.Net;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Datasets;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.Datasets;

/// <summary>Files that go to an S3 server past the Api, by a URL that it signed. The server is s3rver, which does not verify signatures.</summary>
public sealed class SignedUploadTests(ApiFixture api, S3Server s3) : IClassFixture<ApiFixture>, IClassFixture<S3Server>
{
    private const string Csv = "a,b\n1,2\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task File_put_to_the_server_is_the_dataset_once_it_is_completed()
    {
        await using var host = StartHost();
        var created = await CreateAsync(host);
        var url = new Uri(created.GetProperty("upload_url").GetString()!);
        Assert.Equal(s3.Port, url.Port);
        await PutAsync(url, Csv);

        var first = await CompleteAsync(host, created);
        var second = await CompleteAsync(host, created);

        Assert.Equal(Csv.Length, first.GetProperty("size_bytes").GetInt64());
        Assert.Equal(first.ToString(), second.ToString());
        await using var content = await Storage(host).OpenAsync(UriOf(created), cancellationToken: Cancel);
        Assert.Equal(Csv, await new StreamReader(content.Stream).ReadToEndAsync(Cancel));
        Assert.Equal(1, await JobsAsync(created));
    }

    [Fact]
    public async Task File_put_again_before_it_is_completed_is_the_dataset()
    {
        await using var host = StartHost();
        var created = await CreateAsync(host);
        var url = new Uri(created.GetProperty("upload_url").GetString()!);
        await PutAsync(url, "a\n1\n");
        await PutAsync(url, Csv);

        Assert.Equal(Csv.Length, (await CompleteAsync(host, created)).GetProperty("size_bytes").GetInt64());
    }

    [Fact]
    public async Task Nothing_put_is_409_with_the_way_on_and_queues_nothing()
    {
        await using var host = StartHost();
        var created = await CreateAsync(host);

        var problem = await (await host.Client.PostAsync(CompletePath(created), null, Cancel)).ProblemAsync(HttpStatusCode.Conflict);

        Assert.Contains("PUT it to the upload_url", problem.Detail(), StringComparison.Ordinal);
        Assert.Equal(0, await JobsAsync(created));
    }

    [Fact]
    public async Task File_over_the_limit_is_413_and_taken_off_the_server()
    {
        await using var host = StartHost(("Datasets:MaxFileBytes", "5"));
        var created = await CreateAsync(host);
        await PutAsync(new Uri(created.GetProperty("upload_url").GetString()!), Csv);

        await (await host.Client.PostAsync(CompletePath(created), null, Cancel)).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);

        Assert.Null(await Storage(host).HeadAsync(UriOf(created), Cancel));
        Assert.Equal(0, await JobsAsync(created));
    }

    [Fact]
    public async Task Completed_by_many_at_once_it_is_read_by_one_job()
    {
        await using var host = StartHost();
        var created = await CreateAsync(host);
        await PutAsync(new Uri(created.GetProperty("upload_url").GetString()!), Csv);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CompleteAsync(host, created)));

        Assert.Single(answers.Select(a => a.ToString()).Distinct());
        Assert.Equal(1, await JobsAsync(created));
    }

    [Fact]
    public async Task Deleted_dataset_goes_from_the_server_and_an_expired_one_is_cleaned_off()
    {
        await using var host = StartHost(("Datasets:OrphanAfter", "00:00:01"));
        var (deleted, expired) = (await CreateAsync(host), await CreateAsync(host));
        foreach (var created in new[] { deleted, expired })
            await PutAsync(new Uri(created.GetProperty("upload_url").GetString()!), Csv);
        await CompleteAsync(host, deleted);
        await api.ExecuteAsync("update jobs set state = 'completed' where dataset_ids[1] = $1", deleted.GetProperty("id").GetGuid());
        await api.ExecuteAsync("update datasets set upload_expires_at = now() - interval '1 hour' where id = $1", expired.GetProperty("id").GetGuid());

        using var answer = await host.Client.DeleteAsync($"/datasets/{deleted.GetProperty("id").GetGuid()}", Cancel);
        await Waiting.ForAsync(async () =>
        {
            await host.Services.GetRequiredService<DatasetCleaner>().CleanOnceAsync(Cancel);
            return await Storage(host).HeadAsync(UriOf(expired), Cancel) is null;
        });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Null(await Storage(host).HeadAsync(UriOf(deleted), Cancel));
        await (await host.Client.PostAsync(CompletePath(expired), null, Cancel)).ProblemAsync(HttpStatusCode.NotFound);
    }

    private static IObjectStorage Storage(ApiHost host) => host.Services.GetRequiredService<IObjectStorage>();

    private static ObjectUri UriOf(JsonElement created) => ObjectUri.Parse(created.GetProperty("storage_uri").GetString()!);

    private static string CompletePath(JsonElement created) => $"/datasets/{created.GetProperty("id").GetGuid()}/complete";

    private static async Task<JsonElement> CreateAsync(ApiHost host)
    {
        var response = await host.Client.PostAsync("/datasets", $$"""{"owner_id":"{{Guid.NewGuid():N}}","name":"данные 🙂","format":"csv"}""");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return await response.JsonAsync();
    }

    private static async Task<JsonElement> CompleteAsync(ApiHost host, JsonElement created)
    {
        var response = await host.Client.PostAsync(CompletePath(created), null, Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    // As any program would: a plain PUT without anything of ours.
    private static async Task PutAsync(Uri url, string content)
    {
        using var http = new HttpClient();
        using var response = await http.PutAsync(url, new ByteArrayContent(Encoding.UTF8.GetBytes(content)), Cancel);
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(Cancel)}");
    }

    private ApiHost StartHost(params (string, string)[] settings) => api.StartHost([("ConnectionStrings:storage", s3.ConnectionString), .. settings]);

    private Task<long> JobsAsync(JsonElement created) =>
        api.ReadAsync<long>("select count(*) from jobs where dataset_ids[1] = $1", created.GetProperty("id").GetGuid());
}
