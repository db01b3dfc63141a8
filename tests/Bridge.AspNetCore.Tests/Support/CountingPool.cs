using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;

namespace Bridge.AspNetCore.Tests;

/// <summary>Counts the blocks that are out.</summary>
internal sealed class CountingPool : MemoryPool<byte>, IMemoryPoolFactory<byte>
{
    private int _rented;
    private int _total;

    internal int Rented => Volatile.Read(ref _rented);

    internal int Total => Volatile.Read(ref _total);

    public override int MaxBufferSize => 4096;

    internal static void Register(IServiceCollection services) => services.AddSingleton<IMemoryPoolFactory<byte>, CountingPool>();

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => this;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        Interlocked.Increment(ref _rented);
        Interlocked.Increment(ref _total);
        return new Block(this);
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Block(CountingPool pool) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory { get; } = new byte[4096];

        public void Dispose() => Interlocked.Decrement(ref pool._rented);
    }
}
