using System.Net;
using System.Text;
using AsyncStack.Hosting.Dashboard.Otlp;
using AsyncStack.Hosting.Dashboard.Otlp.Wire;
using AsyncStack.Hosting.Tests.Dashboard.Telemetry;
using Google.Protobuf;

namespace AsyncStack.Hosting.Tests.Dashboard.Otlp;

/// <summary>Spoiled requests of fixed seeds: whatever comes, it is taken or refused, and what was kept can be told.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 400;

    private static readonly string[] Paths = ["/v1/traces", "/v1/logs", "/v1/metrics"];

    public static TheoryData<int, string> Seeds
    {
        get
        {
            var seeds = new TheoryData<int, string>();
            for (var seed = 1; seed <= 3; seed++)
            {
                seeds.Add(seed, "application/x-protobuf");
                seeds.Add(seed, "application/json");
            }

            return seeds;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_spoiled_request_is_taken_or_refused_and_queries_go_on(int seed, string type)
    {
        await using var host = await TelemetryHost.StartAsync();
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var path = Paths[random.Next(Paths.Length)];
            var body = Spoil(Bytes(Paths[random.Next(8) == 0 ? random.Next(Paths.Length) : Array.IndexOf(Paths, path)], type), random);

            using var response = await host.SendAsync(path, new ByteArrayContent(body), type);

            Assert.True(
                response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest,
                $"seed {seed}, round {round}: {path} of {Convert.ToBase64String(body)} got {response.StatusCode}");
            refused += response.StatusCode == HttpStatusCode.BadRequest ? 1 : 0;
        }

        Assert.InRange(refused, 1, Rounds - 1);
        await CheckQueriesAsync(host);
    }

    private static async Task CheckQueriesAsync(TelemetryHost host)
    {
        await host.GetAsync("/api/logs?text=a&severity=warn");
        foreach (var trace in (await host.GetAsync("/api/traces?limit=1000&text=o")).GetProperty("traces").EnumerateArray())
            await host.GetAsync($"/api/traces/{trace.GetProperty("traceId").GetString()}");
        foreach (var instrument in (await host.GetAsync("/api/metrics")).GetProperty("instruments").EnumerateArray())
        {
            var (resource, meter, name) = (Escape("resource"), Escape("meter"), Escape("name"));
            await host.GetAsync($"/api/metrics/series?resource={resource}&meter={meter}&name={name}&from={Wires.Micros(0)}&to={Wires.Micros(60)}&by=a&step=1");

            string Escape(string property) => Uri.EscapeDataString(instrument.GetProperty(property).GetString()!);
        }

        using var session = await host.Client.GetAsync("/api/session", TestContext.Current.CancellationToken);
        using var read = await host.Client.PostAsync("/api/session", new ByteArrayContent(await session.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)), TestContext.Current.CancellationToken);
        Assert.True(read.IsSuccessStatusCode, await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static byte[] Bytes(string path, string type)
    {
        IMessage message = path switch
        {
            "/v1/traces" => Rich(),
            "/v1/logs" => Wires.Logs("api", Wires.Log("one", SeverityNumber.Error, trace: 1, span: 1), Wires.Log("two")),
            _ => Wires.Metrics(
                Wires.Sum("sum", AggregationTemporality.Delta, true, Wires.Number(1, at: 1, 0, Wires.Attribute("a", "b"))),
                Wires.Gauge("gauge", Wires.Number(2, at: 2)),
                new Metric { Name = "histogram", Histogram = new() { AggregationTemporality = AggregationTemporality.Cumulative, DataPoints = { Wires.Histogram(1, 0, [1, 2], 1, 2, 3), Wires.Histogram(5, 0, [1, 2], 2, 2, 3) } } },
                new Metric
                {
                    Name = "exponential",
                    ExponentialHistogram = new()
                    {
                        AggregationTemporality = AggregationTemporality.Delta,
                        DataPoints = { new ExponentialHistogramDataPoint { TimeUnixNano = Wires.At(3), Count = 3, Scale = 2, Positive = new() { Offset = 4, BucketCounts = { 1, 2 } } } },
                    },
                },
                new Metric { Name = "summary", Summary = new() { DataPoints = { new SummaryDataPoint { TimeUnixNano = Wires.At(3), Count = 3 } } } }),
        };
        return type == "application/json" ? Encoding.UTF8.GetBytes(OtlpJson.Format(message)) : message.ToByteArray();
    }

    private static ExportTraceServiceRequest Rich()
    {
        var span = Wires.Span(1, 1, parent: 2, error: true);
        span.Attributes.AddRange([Wires.Attribute("text", "o"), Wires.Attribute("number", 5), Wires.Attribute("double", 0.5)]);
        span.Events.Add(new Span.Types.Event { Name = "event", TimeUnixNano = Wires.At(1) });
        span.Links.Add(new Span.Types.Link { TraceId = Wires.TraceId(2), SpanId = Wires.SpanId(2) });
        return Wires.Spans("api", span, Wires.Span(2, 3));
    }

    private static byte[] Spoil(byte[] bytes, Random random)
    {
        var spoiled = bytes.ToList();
        for (var times = random.Next(0, 4); times > 0 && spoiled.Count > 0; times--)
        {
            var at = random.Next(spoiled.Count);
            switch (random.Next(5))
            {
                case 0: spoiled[at] = (byte)random.Next(256); break;
                case 1: spoiled[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: spoiled.RemoveRange(at, Math.Min(random.Next(1, 20), spoiled.Count - at)); break;
                case 3: spoiled.InsertRange(at, spoiled.Skip(random.Next(spoiled.Count)).Take(random.Next(1, 30)).ToArray()); break;
                default: spoiled.RemoveRange(at, spoiled.Count - at); break;
            }
        }

        return [.. spoiled];
    }
}
