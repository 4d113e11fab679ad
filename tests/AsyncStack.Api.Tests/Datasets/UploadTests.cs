using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AsyncStack.Api.Datasets;
using AsyncStack.Api.Tests.Support;
using AsyncStack.Core.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace AsyncStack.Api.Tests.Datasets;

public sealed class UploadTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Csv = "a,b\n1,2\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IObjectStorage Storage => api.Host.Services.GetRequiredService<IObjectStorage>();

    [Theory]
    [InlineData("file", "owner_id", "name", "format")]
    [InlineData("owner_id", "name", "format", "file")]
    [InlineData("format", "file", "name", "owner_id")]
    public async Task Fields_come_in_any_order_and_the_file_is_stored_hashed_and_queued(params string[] order)
    {
        var owner = NewOwner();
        var response = await PostAsync(Form(owner, order));

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var dataset = await response.JsonAsync();
        var id = dataset.GetProperty("id").GetString();
        Assert.Equal($"/datasets/{id}", response.Headers.Location?.ToString());
        Assert.Equal($"s3://datasets/{owner}/{id}/данные 🙂.csv", dataset.GetProperty("storage_uri").GetString());
        Assert.Equal(Csv.Length, dataset.GetProperty("size_bytes").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Csv))), dataset.GetProperty("sha256").GetString());
        await using var content = await Storage.OpenAsync(ObjectUri.Parse(dataset.GetProperty("storage_uri").GetString()!), cancellationToken: Cancel);
        Assert.Equal(Csv, await new StreamReader(content.Stream).ReadToEndAsync(Cancel));
        Assert.Equal(1, await api.ReadAsync<long>(
            "select count(*) from jobs where job_type = 'dataset.validate' and dataset_ids[1] = $1 and state = 'queued'", Guid.Parse(id!)));
        Assert.Equal(dataset.ToString(), (await (await api.Client.GetAsync($"/datasets/{id}", Cancel)).JsonAsync()).ToString());
    }

    [Theory]
    [InlineData("housing.csv", "housing", "csv")]
    [InlineData("housing.csv.gz", "housing", "csv")]
    [InlineData("rows.ndjson", "rows", "json")]
    [InlineData("C:\\data\\rows.json", "rows", "json")]
    public async Task Name_and_format_are_those_of_the_file_when_not_sent(string file, string name, string format)
    {
        var dataset = await (await PostAsync(Part("owner_id", NewOwner()) + FilePart(Csv, file) + End)).JsonAsync();

        Assert.Equal((name, format), (dataset.GetProperty("name").GetString(), dataset.GetProperty("format").GetString()));
    }

    [Theory]
    [InlineData("owner_id", "a/b")]
    [InlineData("owner_id", "..")]
    [InlineData("owner_id", "0123456789012345678901234567890123456789012345")]
    [InlineData("name", "a\\b")]
    [InlineData("name", "\u0001")]
    [InlineData("name", " ")]
    [InlineData("format", "parquet")]
    [InlineData("format", "xls")]
    public async Task A_bad_field_is_named_and_nothing_is_left(string field, string value)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal) { ["owner_id"] = NewOwner(), ["name"] = "n", ["format"] = "csv", [field] = value };

        var problem = await (await PostAsync(FilePart(Csv, "x") + string.Concat(fields.Select(f => Part(f.Key, f.Value))) + End))
            .ProblemAsync(HttpStatusCode.UnprocessableEntity);

        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
        Assert.Empty(Incoming());
    }

    [Fact]
    public async Task A_form_without_its_closing_boundary_leaves_no_object_and_no_row()
    {
        var owner = NewOwner();

        var problem = await (await PostAsync(Part("owner_id", owner) + FilePart(Csv, "x.csv"))).ProblemAsync(HttpStatusCode.BadRequest);

        Assert.Contains("cut", problem.Detail(), StringComparison.Ordinal);
        await AssertNothingOfAsync(owner);
    }

    [Theory]
    [InlineData(65_536)]
    [InlineData(1 << 20)]
    [InlineData(5_000_000)]
    public async Task A_file_of_many_blocks_with_half_boundaries_in_it_is_stored_and_hashed_byte_for_byte(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        for (var (at, i) = (100, 0); at < length - 100; at += 7_919, i++)
        {
            var half = 1 + (i % 5);
            "\r\n--X"u8[..half].CopyTo(content.AsSpan(at));
            content[at + half] = (byte)'.';
        }

        byte[] form = [.. Encoding.UTF8.GetBytes(Part("owner_id", NewOwner()) + FileHead("x.csv")), .. content, .. Encoding.UTF8.GetBytes("\r\n" + End)];
        var dataset = await (await api.Host.Client.PostBytesAsync("/datasets", form, "multipart/form-data; boundary=XX", [])).JsonAsync();

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), dataset.GetProperty("sha256").GetString());
        await using var stored = await Storage.OpenAsync(ObjectUri.Parse(dataset.GetProperty("storage_uri").GetString()!), cancellationToken: Cancel);
        using var bytes = new MemoryStream();
        await stored.Stream.CopyToAsync(bytes, Cancel);
        Assert.Equal(content, bytes.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1_000_000)]
    public async Task A_cut_upload_leaves_no_object_and_no_row(int repeated)
    {
        var owner = NewOwner();
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Loopback, api.Client.BaseAddress!.Port, Cancel);
            var head = "POST /datasets HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: 100000000\r\n\r\n";
            var file = string.Concat(Enumerable.Repeat(Csv, repeated));
            await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(head + Part("owner_id", owner) + FilePart(file, "x.csv")), Cancel);
            await Waiting.ForAsync(() => Task.FromResult(Incoming().Length > 0));
        }

        await Waiting.ForAsync(() => Task.FromResult(Incoming().Length == 0));
        await AssertNothingOfAsync(owner);
    }

    [Fact]
    public async Task An_empty_file_is_taken()
    {
        var dataset = await (await PostAsync(Part("owner_id", NewOwner()) + FilePart("", "x.csv") + End)).JsonAsync();

        Assert.Equal(0, dataset.GetProperty("size_bytes").GetInt64());
    }

    [Fact]
    public async Task A_file_over_the_limit_is_413_with_the_limit_named_and_leaves_nothing()
    {
        await using var small = api.StartHost(("Datasets:MaxFileBytes", "5"));
        var owner = NewOwner();

        var problem = await (await PostAsync(Part("owner_id", owner) + FilePart(Csv, "x.csv") + End, small)).ProblemAsync(HttpStatusCode.RequestEntityTooLarge);

        Assert.Contains("5 bytes", problem.Detail(), StringComparison.Ordinal);
        await AssertNothingOfAsync(owner);
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_gets_the_same_answer_and_another_file_is_422()
    {
        var (owner, key) = (NewOwner(), Guid.NewGuid().ToString());
        var form = Part("owner_id", owner) + FilePart(Csv, "x.csv") + End;
        var first = await (await PostAsync(form, null, key)).JsonAsync();

        Assert.Equal(first.ToString(), (await (await PostAsync(form, null, key)).JsonAsync()).ToString());
        await (await PostAsync(Part("owner_id", owner) + FilePart("other", "x.csv") + End, null, key)).ProblemAsync(HttpStatusCode.UnprocessableEntity);
        Assert.Equal(1, await api.ReadAsync<long>("select count(*) from datasets where owner_id = $1", owner));
        Assert.Equal(1, await Storage.ListAsync("datasets", $"{owner}/", Cancel).CountAsync(Cancel));
    }

    [Fact]
    public async Task A_dataset_with_jobs_is_kept_with_the_jobs_named_and_goes_with_its_object_when_they_ended()
    {
        var owner = NewOwner();
        var id = Guid.Parse((await (await PostAsync(Part("owner_id", owner) + FilePart(Csv, "x.csv") + End)).JsonAsync()).GetProperty("id").GetString()!);
        var job = await api.ReadAsync<Guid>("select id from jobs where dataset_ids[1] = $1", id);

        var conflict = await (await api.Client.DeleteAsync($"/datasets/{id}", Cancel)).ProblemAsync(HttpStatusCode.Conflict);
        Assert.Contains(job.ToString(), conflict.Detail(), StringComparison.Ordinal);
        await api.ExecuteAsync("update jobs set state = 'completed' where id = $1", job);

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.DeleteAsync($"/datasets/{id}", Cancel)).StatusCode);
        await (await api.Client.DeleteAsync($"/datasets/{id}", Cancel)).ProblemAsync(HttpStatusCode.NotFound);
        await AssertNothingOfAsync(owner);
    }

    [Fact]
    public async Task A_dataset_that_is_ready_can_go_though_its_validation_has_not_quite_ended()
    {
        var id = Guid.Parse((await (await PostAsync(Part("owner_id", NewOwner()) + FilePart(Csv, "x.csv") + End)).JsonAsync()).GetProperty("id").GetString()!);
        await api.ExecuteAsync("update jobs set state = 'running' where dataset_ids[1] = $1", id);
        await api.ExecuteAsync("update datasets set status = 'ready' where id = $1", id);

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.DeleteAsync($"/datasets/{id}", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_signed_upload_is_completed_once_its_file_is_there()
    {
        var created = await (await api.Client.PostAsync("/datasets", $"{{\"owner_id\":\"{NewOwner()}\",\"name\":\"n\",\"format\":\"csv\"}}")).JsonAsync();
        var complete = $"/datasets/{created.GetProperty("id").GetString()}/complete";
        await (await api.Client.PostAsync(complete, null, Cancel)).ProblemAsync(HttpStatusCode.Conflict);

        using var put = await api.Client.PutAsync(new Uri(created.GetProperty("upload_url").GetString()!), new StringContent(Csv), Cancel);
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        var first = await (await api.Client.PostAsync(complete, null, Cancel)).JsonAsync();
        var second = await (await api.Client.PostAsync(complete, null, Cancel)).JsonAsync();

        Assert.Equal(Csv.Length, first.GetProperty("size_bytes").GetInt64());
        Assert.Equal(first.ToString(), second.ToString());
        Assert.Equal(1, await api.ReadAsync<long>("select count(*) from jobs where dataset_ids[1] = $1", first.GetProperty("id").GetGuid()));
    }

    [Fact]
    public async Task The_cleaner_removes_expired_uploads_and_old_objects_without_a_row()
    {
        await using var host = api.StartHost(("Datasets:OrphanAfter", "00:00:01"));
        var owner = NewOwner();
        var created = await (await api.Client.PostAsync("/datasets", $"{{\"owner_id\":\"{owner}\",\"name\":\"n\",\"format\":\"csv\"}}")).JsonAsync();
        using var put = await api.Client.PutAsync(new Uri(created.GetProperty("upload_url").GetString()!), new StringContent(Csv), Cancel);
        var orphan = new ObjectUri("datasets", $"{owner}/{Guid.NewGuid()}/x.csv");
        await Storage.PutAsync(orphan, new MemoryStream([1]), null, Cancel);
        var kept = await (await PostAsync(Part("owner_id", owner) + FilePart(Csv, "x.csv") + End)).JsonAsync();
        await api.ExecuteAsync("update datasets set upload_expires_at = now() - interval '1 hour' where id = $1", created.GetProperty("id").GetGuid());

        await Waiting.ForAsync(async () =>
        {
            await host.Services.GetRequiredService<DatasetCleaner>().CleanOnceAsync(Cancel);
            return await Storage.HeadAsync(orphan, Cancel) is null;
        });

        Assert.Equal([kept.GetProperty("storage_uri").GetString()!], await Storage.ListAsync("datasets", $"{owner}/", Cancel).Select(o => o.Uri.ToString()).ToArrayAsync(Cancel));
        Assert.Equal(1, await api.ReadAsync<long>("select count(*) from datasets where owner_id = $1", owner));
    }

    [Fact]
    public async Task A_list_is_paged_newest_first_and_filtered_by_owner()
    {
        var owner = NewOwner();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Insert(0, (await (await PostAsync(Part("owner_id", owner) + FilePart(Csv, "x.csv") + End)).JsonAsync()).GetProperty("id").GetString()!);
        }

        var first = await api.Client.GetAsync($"/datasets?owner_id={owner}&status=uploaded&format=csv&limit=2", Cancel);
        var second = await api.Client.GetAsync(first.Next(), Cancel);

        Assert.Equal(ids, (await Task.WhenAll(first.JsonAsync(), second.JsonAsync())).SelectMany(p => p.EnumerateArray()).Select(d => d.GetProperty("id").GetString()!));
        Assert.Null(second.Next());
        await (await api.Client.GetAsync("/datasets?status=x", Cancel)).ProblemAsync(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Storage_that_is_away_is_503_with_a_time_to_come_again()
    {
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var free = ((IPEndPoint)port.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        port.Stop();
        await using var host = api.StartHost(("ConnectionStrings:storage", $"Driver=s3;Endpoint=http://127.0.0.1:{free};AccessKey=a;SecretKey=b"));

        var response = await PostAsync(Part("owner_id", NewOwner()) + FilePart(Csv, "x.csv") + End, host);

        await response.ProblemAsync(HttpStatusCode.ServiceUnavailable);
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }

    private const string End = "--XX--\r\n";

    private static string NewOwner() => Guid.NewGuid().ToString("N");

    private static string Part(string name, string value) => $"--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n";

    private static string FilePart(string content, string file) => $"{FileHead(file)}{content}\r\n";

    private static string FileHead(string file) =>
        $"--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file}\"\r\nContent-Type: text/csv\r\n\r\n";

    private static string Form(string owner, string[] order) => string.Concat(order.Select(name => name switch
    {
        "file" => FilePart(Csv, "any.bin"),
        "owner_id" => Part(name, owner),
        "name" => Part(name, "данные 🙂"),
        _ => Part(name, "csv"),
    })) + End;

    private Task<HttpResponseMessage> PostAsync(string form, ApiHost? host = null, string? key = null) => (host ?? api.Host).Client.PostBytesAsync(
        "/datasets", Encoding.UTF8.GetBytes(form), "multipart/form-data; boundary=XX", key is null ? [] : [("Idempotency-Key", key)]);

    private string[] Incoming() => Directory.GetFiles(Path.Combine(api.StorageFolder, ".incoming"));

    private async Task AssertNothingOfAsync(string owner)
    {
        Assert.Empty(Incoming());
        Assert.Equal(0, await api.ReadAsync<long>("select count(*) from datasets where owner_id = $1", owner));
        Assert.Empty(await Storage.ListAsync("datasets", $"{owner}/", Cancel).ToArrayAsync(Cancel));
    }
}
