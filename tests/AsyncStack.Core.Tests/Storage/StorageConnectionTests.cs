using AsyncStack.Core.Storage;

namespace AsyncStack.Core.Tests.Storage;

public class StorageConnectionTests
{
    [Fact]
    public void File_connection_is_read_with_a_base64_key()
    {
        var file = Assert.IsType<FileConnection>(StorageConnection.Parse("storage", "Driver=file;Path=/data/objects;SigningKey=MDEyMzQ1Njc4OWFiY2RlZg=="));

        Assert.Equal(("/data/objects", "MDEyMzQ1Njc4OWFiY2RlZg=="), (file.Path, file.SigningKey));
    }

    [Fact]
    public void S3_connection_is_read_and_its_public_endpoint_defaults_to_the_endpoint()
    {
        var s3 = Assert.IsType<S3Connection>(StorageConnection.Parse("storage", "Driver=s3;Endpoint=http://minio:9000;AccessKey=a;SecretKey=b/c+d=="));

        Assert.Equal(("a", "b/c+d==", "us-east-1"), (s3.AccessKey, s3.SecretKey, s3.Region));
        Assert.Equal((new Uri("http://minio:9000"), new Uri("http://minio:9000")), (s3.Endpoint, s3.PublicEndpoint));
    }

    [Theory]
    [InlineData(null, "ConnectionStrings:storage is missing")]
    [InlineData("Driver=ftp", "Driver is 'ftp'")]
    [InlineData("Path=/data", "Driver is missing")]
    [InlineData("Driver=file;Path=data;SigningKey=topsecrettopsecret", "Path is 'data'; it must be an absolute folder")]
    [InlineData("Driver=file;Path=/data;SigningKey=topsecret", "SigningKey has 9 characters; it needs at least 16")]
    [InlineData("Driver=s3;Endpoint=minio:9000;AccessKey=a;SecretKey=topsecret", "Endpoint is 'minio:9000'")]
    [InlineData("Driver=s3;Endpoint=http://minio;SecretKey=topsecret", "AccessKey is missing")]
    [InlineData("Driver=s3;SecretKey='topsecret", "is not of the form")]
    public void Fault_names_the_setting_and_never_a_secret(string? connectionString, string expected)
    {
        var fault = Assert.Throws<InvalidOperationException>(() => StorageConnection.Parse("storage", connectionString));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Contains("ConnectionStrings:storage", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", fault.ToString(), StringComparison.Ordinal);
    }
}
