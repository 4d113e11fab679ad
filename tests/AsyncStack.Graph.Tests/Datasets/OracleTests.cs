using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AsyncStack.Graph.Tests.Datasets;

/// <summary>
/// A real dataset against pandas' answers, which are not ours to ship: <c>ASYNCSTACK_ORACLE_DIR</c> names the folder that holds
/// <c>housing.csv</c> and <c>housing-oracle.json</c>.
/// </summary>
public sealed class OracleTests(RunningGraphFixture graph)
{
    private const string Unset = "ASYNCSTACK_ORACLE_DIR is unset: the answers for the real dataset were not checked.";

    [Fact]
    public Task Every_answer_is_pandas_with_files() => CheckAsync(new DatasetClient(graph.Client.Http));

    [Fact]
    public async Task Every_answer_is_pandas_with_an_S3_server()
    {
        await using var s3 = AppHostProcess.Start(("ASYNCSTACK_STORAGE", "s3"));
        var endpoints = await s3.HealthyAsync();
        using var http = new HttpClient { BaseAddress = new Uri(endpoints["gateway/http"]) };

        await CheckAsync(new DatasetClient(http));
    }

    private static async Task CheckAsync(DatasetClient client)
    {
        var folder = Environment.GetEnvironmentVariable("ASYNCSTACK_ORACLE_DIR");
        Assert.SkipWhen(string.IsNullOrEmpty(folder), Unset);
        var input = await File.ReadAllTextAsync(Path.Combine(folder!, "housing.csv"));
        var dataset = await client.UploadAsync(new MemoryStream(Encoding.UTF8.GetBytes(input)), "housing");
        Assert.True(dataset.GetProperty("status").GetString() == "ready", dataset.ToString());
        using var oracle = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder!, "housing-oracle.json")));
        foreach (var question in oracle.RootElement.EnumerateArray())
        {
            var type = question.GetProperty("job_type").GetString()!;
            var parameters = question.GetProperty("params");
            var answer = Encoding.UTF8.GetString(await client.ResultOfAsync(dataset.GetProperty("id").GetGuid(), type, parameters.GetRawText()));
            var expected = question.GetProperty("expected");
            if (type == "normalize")
            {
                CheckTable(expected, parameters, Rows(answer), Rows(input));
            }
            else
            {
                CheckJson(expected, JsonDocument.Parse(answer).RootElement, $"{type} {parameters}");
            }
        }
    }

    // Whatever the oracle names must be there and agree; we may say more.
    private static void CheckJson(JsonElement expected, JsonElement actual, string where)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in expected.EnumerateObject())
                {
                    CheckJson(member.Value, actual.GetProperty(member.Name), $"{where}.{member.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
                foreach (var (one, other) in expected.EnumerateArray().Zip(actual.EnumerateArray()))
                {
                    CheckJson(one, other, where);
                }

                break;
            default:
                CheckNumber(expected.GetDouble(), actual.GetDouble(), where);
                break;
        }
    }

    private static void CheckTable(JsonElement expected, JsonElement parameters, string[][] rows, string[][] input)
    {
        var header = rows[0];
        var data = rows[1..];
        Assert.Equal(expected.GetProperty("rows").GetInt32(), data.Length);
        var checkedColumns = expected.GetProperty("columns").EnumerateObject().ToArray();
        foreach (var column in checkedColumns)
        {
            var place = Array.IndexOf(header, column.Name);
            CheckColumn(column.Value, [.. data.Select(r => r[place])], column.Name);
        }

        if (!parameters.TryGetProperty("drop_duplicates", out _))
        {
            CheckUntouched(rows, input, [.. checkedColumns.Select(c => Array.IndexOf(header, c.Name))]);
        }
    }

    private static void CheckColumn(JsonElement expected, string[] cells, string name)
    {
        var values = cells.Where(c => c.Length > 0).Select(Number).ToArray();
        Assert.Equal(expected.GetProperty("nulls").GetInt32(), cells.Length - values.Length);
        CheckNumber(expected.GetProperty("sum").GetDouble(), values.Sum(), name + " sum");
        CheckNumber(expected.GetProperty("min").GetDouble(), values.Min(), name + " min");
        CheckNumber(expected.GetProperty("max").GetDouble(), values.Max(), name + " max");
        foreach (var row in expected.GetProperty("rows").EnumerateObject())
        {
            CheckNumber(row.Value.GetDouble(), Number(cells[int.Parse(row.Name, CultureInfo.InvariantCulture)]), $"{name} row {row.Name}");
        }
    }

    private static void CheckUntouched(string[][] rows, string[][] input, int[] touched)
    {
        Assert.Equal(input.Length, rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            Assert.Equal(Without(input[row]), Without(rows[row]));
        }

        string[] Without(string[] cells) => [.. cells.Where((_, column) => !touched.Contains(column))];
    }

    // The rule of comparison: 1e-9 relative, near zero 1e-6 absolute.
    private static void CheckNumber(double expected, double actual, string where) =>
        Assert.True(
            Math.Abs(expected - actual) <= Math.Max(1e-9 * Math.Abs(expected), Math.Abs(expected) < 1e-6 ? 1e-6 : 0),
            string.Create(CultureInfo.InvariantCulture, $"{where}: expected {expected:R}, was {actual:R}"));

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    // The dataset has no quotes.
    private static string[][] Rows(string csv) =>
        [.. csv.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r').Split(','))];
}
