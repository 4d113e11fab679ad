using System.Text.Json;
using AsyncStack.Core.Datasets.Params;

namespace AsyncStack.Core.Tests.Datasets;

public sealed class DatasetJobParamsTests
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Theory]
    [InlineData("metrics", """{}""")]
    [InlineData("metrics", """{"metrics":["rows","profile"],"duplicates":{"subset":["a"],"keep":false},"limit_rows":1,"unknown":1}""")]
    [InlineData("metrics", """{"metrics":null,"duplicates":{"keep":"last"}}""")]
    [InlineData("anomalies", """{"column":"x","strategy":"one that only the job refuses"}""")]
    [InlineData("normalize", """{"drop_duplicates":{},"fill_nulls":{"strategy":"mean"},"normalize":{"columns":["a"],"method":"zscore"}}""")]
    [InlineData("normalize", """{"fill_nulls":{"strategy":"constant","value":false,"columns":["a"]}}""")]
    [InlineData("compare", """{"baseline_dataset_id":"01890a5d-ac96-774b-bcce-b302099a8057"}""")]
    public void Good_params_are_taken(string jobType, string parameters) => Assert.Empty(Check(jobType, parameters));

    [Theory]
    [InlineData("metrics", "[]", "")]
    [InlineData("metrics", """{"metrics":["rows","median"]}""", "metrics")]
    [InlineData("metrics", """{"metrics":[]}""", "metrics")]
    [InlineData("metrics", """{"metrics":"rows"}""", "metrics")]
    [InlineData("metrics", """{"metrics":["\ud800"]}""", "metrics")]
    [InlineData("metrics", """{"duplicates":{"keep":true}}""", "duplicates.keep")]
    [InlineData("metrics", """{"duplicates":{"subset":"a"}}""", "duplicates.subset")]
    [InlineData("metrics", """{"duplicates":7}""", "duplicates")]
    [InlineData("metrics", """{"limit_rows":0}""", "limit_rows")]
    [InlineData("metrics", """{"limit_rows":1.5}""", "limit_rows")]
    [InlineData("metrics", """{"limit_rows":1e30}""", "limit_rows")]
    [InlineData("anomalies", """{"strategy":"IQR"}""", "column")]
    [InlineData("anomalies", """{"column":"x"}""", "strategy")]
    [InlineData("normalize", """{"drop_duplicates":{"keep":1}}""", "drop_duplicates.keep")]
    [InlineData("normalize", """{"fill_nulls":{}}""", "fill_nulls.strategy")]
    [InlineData("normalize", """{"fill_nulls":{"strategy":"mode"}}""", "fill_nulls.strategy")]
    [InlineData("normalize", """{"fill_nulls":{"strategy":"constant"}}""", "fill_nulls.value")]
    [InlineData("normalize", """{"fill_nulls":{"strategy":"constant","value":[1]}}""", "fill_nulls.value")]
    [InlineData("normalize", """{"fill_nulls":{"strategy":"constant","value":1e999}}""", "fill_nulls.value")]
    [InlineData("normalize", """{"normalize":{"method":"robust"}}""", "normalize.method")]
    [InlineData("compare", """{}""", "baseline_dataset_id")]
    [InlineData("compare", """{"baseline_dataset_id":"x"}""", "baseline_dataset_id")]
    public void A_wrong_field_is_named(string jobType, string parameters, string field)
    {
        var error = Assert.Single(Check(jobType, parameters));

        Assert.Equal(field, error.Field);
        Assert.StartsWith(field.Length == 0 ? "params " : $"params.{field} ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false", Keep.None)]
    [InlineData("\"first\"", Keep.First)]
    [InlineData("\"last\"", Keep.Last)]
    public void Keep_is_written_as_it_is_read(string json, Keep keep)
    {
        Assert.Equal(keep, JsonSerializer.Deserialize<Keep>(json));
        Assert.Equal(json, JsonSerializer.Serialize(keep));
    }

    [Fact]
    public void A_payload_reads_into_its_record()
    {
        var job = JsonSerializer.Deserialize<DatasetJob<MetricsParams>>(
            """{"dataset_id":"01890a5d-ac96-774b-bcce-b302099a8057","params":{"metrics":["null_ratio"],"duplicates":{"keep":"last"},"limit_rows":5}}""", Json)!;

        Assert.Equal((true, false), (job.Params!.Wants(MetricsParams.NullRatio), job.Params.Wants(MetricsParams.Rows)));
        Assert.Equal((Keep.Last, 5), (job.Params.Duplicates!.Keep!.Value, job.Params.LimitRows));
    }

    [Fact]
    public void All_but_the_profile_is_computed_when_nothing_is_asked_for()
    {
        var none = new MetricsParams();

        Assert.True(none.Wants(MetricsParams.Rows) && none.Wants(MetricsParams.Columns) && none.Wants(MetricsParams.NullRatio) && none.Wants(MetricsParams.Duplicated));
        Assert.False(none.Wants(MetricsParams.Profile));
    }

    private static IReadOnlyList<ParamError> Check(string jobType, string parameters) => DatasetJobParams.Check(jobType, JsonElement.Parse(parameters));
}
