using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Tests.Storage;

public class ObjectUriTests
{
    [Theory]
    [InlineData("s3://datasets/owner/1/name.csv", "datasets", "owner/1/name.csv")]
    [InlineData("s3://a.b-c/with space/ü%20.txt", "a.b-c", "with space/ü%20.txt")]
    [InlineData("s3://datasets/...", "datasets", "...")]
    public void Address_is_read_and_written_unchanged(string text, string bucket, string key)
    {
        var uri = ObjectUri.Parse(text);

        Assert.Equal((bucket, key, text), (uri.Bucket, uri.Key, uri.ToString()));
        Assert.True(ObjectUri.TryParse(text, provider: null, out var again));
        Assert.Equal(uri, again);
    }

    [Theory]
    [InlineData("http://datasets/key")]
    [InlineData("s3://datasets")]
    [InlineData("s3:///key")]
    [InlineData("s3://Datasets/key")]
    [InlineData("s3://ab/key")]
    [InlineData("s3://.incoming/key")]
    [InlineData("s3://a..b/key")]
    [InlineData("s3://datasets/")]
    [InlineData("s3://datasets//absolute")]
    [InlineData("s3://datasets/a//b")]
    [InlineData("s3://datasets/folder/")]
    [InlineData("s3://datasets/..")]
    [InlineData("s3://datasets/../job-results/x")]
    [InlineData("s3://datasets/a/./b")]
    [InlineData("s3://datasets/a\\b")]
    [InlineData("s3://datasets/nul\0")]
    [InlineData("s3://datasets/line\nbreak")]
    public void Address_that_could_lead_elsewhere_is_refused(string text)
    {
        Assert.Throws<FormatException>(() => ObjectUri.Parse(text));
        Assert.False(ObjectUri.TryParse(text, provider: null, out _));
    }

    // Not theory data: a lone surrogate does not survive the way into a test case.
    [Fact]
    public void Key_that_is_no_unicode_text_is_refused() =>
        Assert.Throws<FormatException>(() => new ObjectUri("datasets", "half-\ud83d"));

    [Fact]
    public void Key_is_limited_in_bytes_as_a_whole_and_by_part()
    {
        var part = new string('ü', 100);

        Assert.True(ObjectUri.TryCreate("datasets", part, out _));
        Assert.False(ObjectUri.TryCreate("datasets", part + "x", out _));
        Assert.True(ObjectUri.TryCreate("datasets", string.Join('/', Enumerable.Repeat(part, 5)), out _));
        Assert.False(ObjectUri.TryCreate("datasets", string.Join('/', Enumerable.Repeat(part, 6)), out _));
    }
}
