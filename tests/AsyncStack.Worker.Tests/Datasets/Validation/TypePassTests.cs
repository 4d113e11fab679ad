using System.Text;
using AsyncStack.Worker.Datasets.Reading;
using AsyncStack.Worker.Datasets.Validation;
using AsyncStack.Worker.Tests.Datasets.Reading;

namespace AsyncStack.Worker.Tests.Datasets.Validation;

public sealed class TypePassTests
{
    [Theory]
    [InlineData("1|-2|+3", "integer")]
    [InlineData("1|NA|3", "integer")]
    [InlineData("1|2.5|3", "number")]
    [InlineData("1e3|inf|-Infinity", "number")]
    [InlineData("9223372036854775808|1", "number")]
    [InlineData("NA|null", "number")]
    [InlineData("True|false|TRUE", "boolean")]
    [InlineData("True|1", "string")]
    [InlineData("1|one", "string")]
    [InlineData("2026-01-01|2026-01-02", "string")]
    public async Task Type_is_what_every_present_value_can_be_read_as(string values, string type)
    {
        Assert.Equal(type, await TypeAsync(values.Split('|'), new DatasetReadOptions()));
        Assert.Equal(type, await TypeAsync(values.Split('|'), new DatasetReadOptions { BlockBytes = 4 }));
    }

    private static async Task<string> TypeAsync(string[] values, DatasetReadOptions options)
    {
        var text = "id,value\n" + string.Concat(values.Select((value, row) => $"{row},{value}\n"));
        var pass = new TypePass(columnCount: 2);
        await DatasetReader.ReadAsync(
            new MemoryDataset(Encoding.UTF8.GetBytes(text)).Source, options, pass, ReadRequest.All, TestContext.Current.CancellationToken);
        return pass.TypeOf(1);
    }
}
