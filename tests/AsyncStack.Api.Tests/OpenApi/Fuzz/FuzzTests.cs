using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using AsyncStack.Api.Tests.Support;

namespace AsyncStack.Api.Tests.OpenApi.Fuzz;

/// <summary>
/// Drives every operation of the document with generated requests. <c>FUZZ_SEED</c> takes another run than the usual one, and
/// <c>FUZZ_REQUEST</c> only one request of it.
/// </summary>
public sealed class FuzzTests(ApiFixture api, ITestOutputHelper output) : IClassFixture<ApiFixture>
{
    private const int Requests = 10_500;
    private const int Concurrency = 16;
    private const int FaultsShown = 10;
    private static readonly TimeSpan StreamDeadline = TimeSpan.FromMilliseconds(30);
    private static readonly int Seed = Number("FUZZ_SEED") ?? 20_261;

    private readonly ConcurrentDictionary<(string Operation, int Status), int> _seen = new();
    private readonly ConcurrentBag<string> _faults = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_is_answered_outside_the_document()
    {
        output.WriteLine($"FUZZ_SEED={Seed}");
        var document = await ApiDocument.ReadAsync(api.Client, Cancel);
        var requests = new RequestMaker(document, await Known.AddAsync(api, new Random(Seed), Cancel), Seed);
        var check = new AnswerCheck(document);
        using var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, MaxConnectionsPerServer = Concurrency, RequestHeaderEncodingSelector = static (_, _) => Encoding.UTF8,
        })
        {
            BaseAddress = api.Client.BaseAddress,
        };

        var numbers = Number("FUZZ_REQUEST") is { } one ? [one] : Enumerable.Range(0, Requests);
        await Parallel.ForEachAsync(
            numbers, new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = Cancel }, async (n, _) => await SendAsync(client, requests, check, n));

        Report(document);
        Assert.True(_faults.IsEmpty, $"{_faults.Count} answers are not as the document says, with FUZZ_SEED={Seed}:\n\n{string.Join("\n\n", _faults.Order().Take(FaultsShown))}");
        if (Number("FUZZ_REQUEST") is null)
        {
            Assert.Empty(document.Operations.Where(o => !_seen.Keys.Any(k => k.Operation == o.Id && k.Status is >= 200 and < 300)).Select(o => $"{o} never succeeded"));
        }
    }

    private async Task SendAsync(HttpClient client, RequestMaker requests, AnswerCheck check, int n)
    {
        var (operation, request, text) = requests.Make(n);
        using (request)
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
            var (status, mediaType) = ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType);
            var body = mediaType == "text/event-stream" ? await ReadStreamAsync(answer) : await answer.Content.ReadAsByteArrayAsync(Cancel);
            _seen.AddOrUpdate((operation.Id, status), 1, static (_, count) => count + 1);
            if (check.Find(operation, status, mediaType, body) is { } fault)
            {
                _faults.Add($"{operation.Id} {status}: {fault}\nFUZZ_REQUEST={n}\n{Cut(text)}\n=> {Cut(Encoding.UTF8.GetString(body))}");
            }
        }
    }

    // A stream goes on until its job ends; what it begins with is enough.
    private static async Task<byte[]> ReadStreamAsync(HttpResponseMessage answer)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        deadline.CancelAfter(StreamDeadline);
        using var read = new MemoryStream();
        try
        {
            await using var stream = await answer.Content.ReadAsStreamAsync(deadline.Token);
            await stream.CopyToAsync(read, deadline.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
        }

        return read.ToArray();
    }

    private void Report(ApiDocument document)
    {
        foreach (var operation in document.Operations)
        {
            var counts = _seen.Where(s => s.Key.Operation == operation.Id).OrderBy(s => s.Key.Status).Select(s => $"{s.Key.Status}×{s.Value}");
            output.WriteLine($"{operation.Id}: {string.Join(", ", counts)}");
        }
    }

    private static string Cut(string text) => text.Length <= 800 ? text : text[..800] + "…";

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
