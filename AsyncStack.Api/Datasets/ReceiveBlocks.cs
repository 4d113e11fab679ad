using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace AsyncStack.Api.Datasets;

/// <summary>
/// The memory that Kestrel receives into: 64 KiB at a time. Its own blocks have 4 KiB, and each takes two system calls to fill: half a
/// million for an upload of 1 GB. A connection holds blocks only while bytes lie in them, so an idle one costs nothing, and one
/// that is read too slowly no more than <c>Kestrel:Limits:MaxRequestBufferSize</c>, 1 MiB, as before.
/// </summary>
internal sealed class ReceiveBlocks : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private const int BlockSize = 64 * 1024;

    public override int MaxBufferSize => Shared.MaxBufferSize;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockSize));

    protected override void Dispose(bool disposing)
    {
    }
}
